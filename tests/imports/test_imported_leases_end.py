"""What an imported lease owes and is owed: its opening balance, paid or written off, and its early end, previewed."""

from datetime import timedelta

import pytest

from functions.contracts.download_statement import download_statement
from functions.contracts.preview_termination import preview_termination
from functions.payments.download_invoice import download_invoice
from functions.payments.download_receipt import download_receipt
from functions.payments.get_payment import get_payment
from functions.payments.record_payment import record_payment
from functions.payments.render_documents import render_documents
from functions.payments.reverse_write_off import reverse_write_off
from functions.payments.send_invoice import send_invoice
from functions.payments.waive_payment import waive_payment
from functions.payments.write_off_payment import write_off_payment
from functions.reports.show_aging import show_aging
from tests.call import invoke
from tests.imports.test_import_leases import (
    contract_of,
    end_early,
    first_of,
    lease,
    ledger_of,
    payments_of,
    take_over,
    today,
)
from tests.invariants import untied
from tests.payments.lease import text_of


@pytest.fixture
def owner(world):
    return world.owner()


def opening_of(world, owner, call, **cells):
    """The opening balance of a lease that was just imported, and the contract."""
    take_over(world, owner, lease(world, **({"open_balance": "250.00"} | cells)))
    contract = contract_of(world, "L-1", owner)
    [opening] = [one for (charge, _), one in payments_of(owner, contract, call).items() if charge == "OPENING_BALANCE"]
    return contract, {"payment_id": opening["id"]}


def test_money_on_an_opening_balance_has_a_receipt(world, owner, call):
    contract, path = opening_of(world, owner, call)
    body = {"amount": 100, "paid_date": today(world).isoformat()}
    body |= {"payment_method": "bank_transfer", "transaction_reference": "T-1"}
    answer = call(record_payment, as_=owner, path=path, body=body)
    assert answer.status == 200, answer.json
    [told] = [one for one in world.event_details(path["payment_id"]) if one["name"] == "payment.recorded"]

    assert invoke(render_documents, told) == []
    receipt = call(download_receipt, as_=owner, path=path)

    assert receipt.status == 200
    said = text_of(receipt)
    assert "Opening balance" in said
    assert "Issued before the lease was imported" in said
    assert "250.00" in said
    assert "150.00" in said
    assert call(download_invoice, as_=owner, path=path).code == "INVOICE_MISSING"
    stored = world.sql("SELECT kind, number FROM documents WHERE payment_id = %(id)s", id=path["payment_id"])
    assert [one["kind"] for one in stored] == ["RECEIPT"]
    assert stored[0]["number"].startswith("RCT-L-")


def test_what_was_invoiced_before_is_not_invoiced_again(world, owner, call):
    contract, path = opening_of(world, owner, call)
    settled = payments_of(owner, contract, call)["RENT", first_of(today(world), -1).isoformat()]

    for payment_id in (path["payment_id"], settled["id"]):
        answer = call(send_invoice, as_=owner, path={"payment_id": payment_id})
        assert (answer.status, answer.code) == (409, "INVOICED_ELSEWHERE")


@pytest.mark.parametrize(("amount", "status", "left"), [(None, "CANCELLED", 0), (100, "DUE", 150)])
def test_an_opening_balance_is_written_off_and_expected_again(world, owner, call, amount, status, left):
    contract, path = opening_of(world, owner, call)
    before = ledger_of(owner, contract, call)["meta"]["balance"]
    body = {"reason": "Agreed with the tenant", "amount": amount}

    answer = call(write_off_payment, as_=owner, path=path, body=body)

    assert (answer.status, answer.json["status"]) == (200, status)
    assert ledger_of(owner, contract, call)["meta"]["balance"] == before - 250 + left
    assert untied(world.database_url, [str(contract["id"])]) == {}
    aging = call(show_aging, as_=owner).json
    assert {one["ties"] for one in aging["totals"]} == {True}
    again = call(reverse_write_off, as_=owner, path=path, body={"reason": "Pays after all"})
    assert again.status == 200, again.json
    assert ledger_of(owner, contract, call)["meta"]["balance"] == before
    assert call(get_payment, as_=owner, path=path).json["status"] == "DUE"


def test_an_opening_balance_is_waived_as_far_as_it_is_open(world, owner, call):
    contract, path = opening_of(world, owner, call)
    before = ledger_of(owner, contract, call)["meta"]["balance"]

    part = call(waive_payment, as_=owner, path=path, body={"reason": "Goodwill", "amount": 100})
    too_much = call(waive_payment, as_=owner, path=path, body={"reason": "Goodwill", "amount": 200})
    rest = call(waive_payment, as_=owner, path=path, body={"reason": "Goodwill"})

    assert (part.status, part.json["written_off_amount"]) == (200, 100)
    assert (too_much.status, too_much.code) == (409, "MORE_THAN_OWED")
    assert (rest.status, rest.json["status"]) == (200, "CANCELLED")
    assert call(waive_payment, as_=owner, path=path, body={"reason": "Goodwill"}).code == "WRITTEN_OFF"
    assert ledger_of(owner, contract, call)["meta"]["balance"] == before - 250
    assert untied(world.database_url, [str(contract["id"])]) == {}


ENDINGS = [
    # Paid ahead by so many months from this one on, ends in so many months, owed besides.
    (None, 1, ""),
    (-3, 1, "75.50"),
    (0, 1, "-40.00"),
    (3, 1, ""),
    (3, 2, "250.00"),
    (12, 1, "-10.00"),
    (18, 2, "33.33"),
]


@pytest.mark.parametrize("days", [0, 9])
@pytest.mark.parametrize(("paid", "ends", "owed"), ENDINGS)
def test_an_early_end_of_an_imported_lease_comes_to_what_its_preview_says(world, owner, call, paid, ends, owed, days):
    paid_through = "" if paid is None else (first_of(today(world), paid) - timedelta(days=1)).isoformat()
    take_over(world, owner, lease(world, paid_through=paid_through, open_balance=owed))
    contract = contract_of(world, "L-1", owner)
    day = first_of(today(world), ends) + timedelta(days=days)
    path = {"contract_id": contract["id"]}
    body = {"effective_date": day.isoformat(), "reason": "Moved out"}

    preview = call(preview_termination, as_=owner, path=path, body=body)
    assert preview.status == 200, preview.json
    end_early(world, owner, call, contract, day)

    assert preview.json["balance"] == ledger_of(owner, contract, call)["meta"]["balance"]
    after = {one["id"]: one for one in payments_of(owner, contract, call).values()}
    assert {one["id"]: (one["paid_amount"], one["status"]) for one in preview.json["payments"]} == {
        payment_id: (one["paid_amount"], one["status"]) for payment_id, one in after.items()
    }
    assert untied(world.database_url, [str(contract["id"])]) == {}


def test_credit_that_no_installment_follows_is_owed_to_the_lessee(world, owner, call):
    ahead = (first_of(today(world), 3) - timedelta(days=1)).isoformat()
    take_over(world, owner, lease(world, paid_through=ahead))
    contract = contract_of(world, "L-1", owner)
    path = {"contract_id": contract["id"]}
    assert "next installments" in text_of(call(download_statement, as_=owner, path=path))

    end_early(world, owner, call, contract, first_of(today(world), 1))

    said = text_of(call(download_statement, as_=owner, path=path))
    assert "owed to the lessee" in said
    assert "next installments" not in said
