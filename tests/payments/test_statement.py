"""The statement of an account as a PDF."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import get_args
from uuid import UUID

import pytest

from functions.contracts.download_statement import download_statement
from functions.contracts.get_ledger import get_ledger
from functions.payments.reverse_transfer import reverse_transfer
from functions.payments.transfer_credit import transfer_credit
from functions.payments.write_off_payment import write_off_payment
from shared.kit.pdf import Party
from shared.payments.models import Charge, LedgerEntryType
from shared.payments.statement import CREDITED, ENTRIES, INVOICED, REVERSALS, Entry, Statement, render_statement
from tests.payments.lease import text_of
from tests.payments.test_document import text
from tests.payments.test_reverse_payment import reverse
from tests.payments.test_write_off_payment import expect

STATEMENT = Statement(
    contract_id=UUID("0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"),
    as_of=date(2028, 9, 30),
    issuer=Party("Harbor Holdings, LLC"),
    recipient=Party("Analytics GmbH"),
    contract_reference="L-2028-8E9F0A1B",
    premises="Suite 7B",
    term="1 February 2028 – 31 January 2029",
    currency="USD",
    entries=(),
    deposit_held=Decimal(0),
)


def test_a_statement_has_a_name_for_every_entry_of_a_ledger():
    """An invoice is called by what it charges, a credit note by what it takes off, a reversal by what it takes back."""
    assert ENTRIES.keys() | {"INVOICE", "CREDIT_NOTE", "REVERSAL"} == set(get_args(LedgerEntryType))
    # What was owed before an import, or is credit to be paid back, is in no invoice, so no credit note takes it off.
    assert CREDITED.keys() | {"OPENING_BALANCE", "RECLAIM"} == INVOICED.keys() == set(get_args(Charge))


@pytest.mark.parametrize(
    "name", sorted({*ENTRIES.values(), *REVERSALS.values(), *INVOICED.values(), *CREDITED.values()})
)
def test_no_name_and_no_reference_to_a_lease_is_cut_off(name):
    figure = Decimal("1234567.89")
    entry = Entry(date(2028, 9, 30), name, "L-2028-DDDDDDDD", figure, figure, figure)

    shown = text(render_statement(replace(STATEMENT, entries=(entry,))))

    assert f"30 Sep 2028 {name} L-2028-DDDDDDDD 1,234,567.89 1,234,567.89 1,234,567.89" in shown
    assert "Closing balance" in shown


def test_a_statement_says_what_its_dates_are_and_where_a_negative_balance_goes():
    running, ended = text(render_statement(STATEMENT)), text(render_statement(replace(STATEMENT, has_ended=True)))
    posted = text(render_statement(replace(STATEMENT, basis="POSTED")))

    assert "Dates The days of invoices and money" in running
    assert "Dates The days of posting" in posted
    assert "is applied to the lessee's next installments." in running
    assert "owed to the lessee, to be refunded or to be transferred" in ended
    assert "next installments" not in ended


def test_a_statement_gives_the_reasons_of_what_has_some():
    figure = Decimal(100)
    said = "The tower's lift was out of order for three weeks, as agreed with the tenant by letter"
    entries = (
        Entry(date(2028, 9, 3), "Write-off", "", Decimal(0), figure, figure, said),
        Entry(date(2028, 9, 4), "Credit note, late fee", "CN-000007", Decimal(0), figure, figure, "Waived once"),
        Entry(date(2028, 9, 5), "Payment", "W-1", Decimal(0), figure, figure),
    )

    shown = text(render_statement(replace(STATEMENT, entries=entries)))

    assert shown.partition("Reasons ")[2].startswith(
        f"3 Sep 2028, Write-off {said} 4 Sep 2028, Credit note, late fee, CN-000007 Waived once"
    )
    assert "5 Sep 2028, Payment" not in shown
    assert "Reasons" not in text(render_statement(replace(STATEMENT, entries=entries[2:])))


def test_moves_between_leases_and_reversals_are_named(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=1)
    other = calendar.lease(owner=lease.owner, client=lease.client, start=date(2027, 2, 1), months=1)
    first = lease.payments()[0]
    lease.pay(first, amount=5400, allow_credit=True)
    body = {"to_contract_id": other.contract, "amount": 400}
    path = {"contract_id": lease.contract}
    transfer = lease.call(transfer_credit, as_=lease.owner, path=path, body=body).json["id"]
    path = path | {"transfer_id": transfer}
    assert lease.call(reverse_transfer, as_=lease.owner, path=path, body={"reason": "Not meant"}).status == 200
    assert reverse(lease, first).status == 200
    calendar.set("2027-02-02T08:00:00Z")
    calendar.run()
    owed, path = other.payments()[0], {"payment_id": other.payments()[0]["id"]}
    written_off = other.call(write_off_payment, as_=other.owner, path=path, body={"reason": "Insolvent"})
    assert (written_off.status, expect(other, owed).status) == (200, 200)

    def ledger(one):
        rows = one.call(get_ledger, as_=one.client, path={"contract_id": one.contract}).json["data"]
        return [(row["type"], row["reverses"], row["other_contract_id"]) for row in rows]

    def shown(one):
        return text_of(one.call(download_statement, as_=one.client, path={"contract_id": one.contract}))

    def reference(one):
        return shown(one).removeprefix("Statement of Account ").partition(",")[0]

    assert ("TRANSFER_OUT", None, other.contract) in ledger(lease)
    assert ("REVERSAL", "TRANSFER_OUT", other.contract) in ledger(lease)
    assert ("TRANSFER_IN", None, lease.contract) in ledger(other)
    assert ("REVERSAL", "WRITE_OFF", None) in ledger(other)
    assert f"Credit to lease {reference(other)} 400.00" in shown(lease)
    assert f"Transfer reversed {reference(other)} 400.00" in shown(lease)
    assert "Payment reversed" in shown(lease)
    assert f"Credit from lease {reference(lease)} 400.00" in shown(other)
    assert "Write-off reversed" in shown(other)
    assert "Write-off Insolvent" in shown(other)
    assert "Transfer reversed, " + reference(other) + " Not meant" in shown(lease)
    assert "Payment reversed" not in shown(other)
