"""A charge of a later release is read by this one: RECLAIM, without the names that this release has for it."""

import pytest

from functions.contracts.download_statement import download_statement
from functions.contracts.get_schedule import get_schedule
from functions.notifications.compose_mail import compose_mail
from functions.payments.check_books import check_books
from functions.payments.download_receipt import download_receipt
from functions.reports.show_aging import show_aging
from functions.reports.show_rent_roll import show_rent_roll
from shared.integrations import outgoing
from shared.notifications import emails
from shared.payments import names, statement
from tests.auth.mailbox import mails_to
from tests.call import invoke
from tests.payments.lease import text_of
from tests.payments.test_reversed_credit import refunded


@pytest.fixture
def claim(calendar, monkeypatch):
    """400 to be paid back, overdue, in a release that has no word for it."""
    lease = refunded(calendar)
    for table in (names.CHARGES, statement.INVOICED, emails.CHARGES, outgoing._CHARGES):
        monkeypatch.delitem(table, "RECLAIM")
    calendar.set("2027-01-20T08:00:00Z")
    calendar.run()
    return lease, lease.rows("RECLAIM")[0]


def test_a_charge_of_a_later_release_is_listed_and_counted(claim):
    lease, row = claim

    assert [one["status"] for one in lease.payments() if one["charge"] == "RECLAIM"] == ["OVERDUE"]
    schedule = lease.call(get_schedule, as_=lease.client, path={"contract_id": lease.contract}).json
    assert str(row["id"]) in [str(one["id"]) for one in schedule["data"]]
    [total] = lease.call(show_aging, as_=lease.owner).json["totals"]
    assert total["ledger_balance"] == 5400
    [space] = lease.call(show_rent_roll, as_=lease.owner).json["data"]
    assert (space["past_due"], space["ledger_balance"]) == (400, 5400)
    check_books({}, None)


def test_a_charge_of_a_later_release_is_mailed_paid_and_documented_by_its_value(claim):
    lease, row = claim
    [told] = [one for one in lease.world.event_details(row["id"]) if one["name"] == "payment.overdue"]

    assert invoke(compose_mail, told) == []

    assert "Reclaim" in mails_to(lease.client.email)[-1]["text"]
    assert lease.pay(row, paid_date="2027-01-20").json["status"] == "PAID"
    receipt = lease.call(download_receipt, as_=lease.client, path={"payment_id": row["id"]})
    assert "Reclaim" in text_of(receipt)
    account = lease.call(download_statement, as_=lease.client, path={"contract_id": lease.contract})
    assert "Payment 400.00" in text_of(account)
    about = outgoing._about(
        {"charge": "RECLAIM", "period_start": "2027-01-05", "period_end": None, "building_name": "Tower"}
    )
    assert about == "Reclaim 2027-01-05, Tower"
