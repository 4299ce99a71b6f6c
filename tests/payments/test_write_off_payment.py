"""Debts that are written off, in whole or in part, and that are expected again."""

from datetime import date
from decimal import Decimal

import pytest

from functions.notifications.notify_people import notify_people
from functions.payments.credit_invoice import credit_invoice
from functions.payments.reverse_write_off import reverse_write_off
from functions.payments.write_off_payment import write_off_payment
from functions.reports.show_aging import show_aging
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.payments.lease import invoices
from tests.payments.test_reverse_payment import reverse


@pytest.fixture
def lease(calendar):
    """5,000 a month and 10 % tax for a year; the first two are overdue."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12, tax_percent=10)
    calendar.set("2027-03-05T08:00:00Z")
    calendar.run()
    return lease


def write_off(lease, payment, user=None, **body):
    path, body = {"payment_id": payment["id"]}, {"reason": "Insolvent"} | body
    return lease.call(write_off_payment, as_=user or lease.owner, path=path, body=body)


def expect(lease, payment, user=None):
    path, body = {"payment_id": payment["id"]}, {"reason": "The money came"}
    return lease.call(reverse_write_off, as_=user or lease.owner, path=path, body=body)


def aging(lease):
    [row] = lease.call(show_aging, as_=lease.owner).json["data"]
    return row["total"]


def test_what_is_wholly_written_off_takes_no_more_money(lease):
    payment = lease.payments()[0]
    assert (lease.ledger()[1], aging(lease)) == (11000, 11000)

    reply = write_off(lease, payment)

    assert (reply.status, reply.json["status"], reply.json["written_off_amount"]) == (200, "CANCELLED", 5500)
    assert (lease.ledger()[1], aging(lease)) == (5500, 5500)
    assert [line[1:] for line in lease.ledger()[0]][-1] == ("WRITE_OFF", -5500)
    refused = lease.pay(payment)
    assert (refused.status, refused.code) == (409, "WRITTEN_OFF")
    assert write_off(lease, payment).code == "WRITTEN_OFF"
    assert invoices(lease)[-1]["total_amount"] == 5500

    again = expect(lease, payment)

    assert (again.json["status"], again.json["written_off_amount"]) == ("OVERDUE", 0)
    assert (lease.ledger()[1], aging(lease)) == (11000, 11000)
    assert lease.pay(payment).json["status"] == "PAID"
    assert expect(lease, payment).code == "NOTHING_WRITTEN_OFF"


def test_a_part_that_is_written_off_leaves_the_rest(lease):
    payment = lease.payments()[0]
    assert write_off(lease, payment, amount=1000).json["status"] == "OVERDUE"
    assert write_off(lease, payment, amount=Decimal("4500.01")).code == "MORE_THAN_OWED"

    paid = lease.pay(payment)

    assert (paid.json["status"], paid.json["applied"]) == ("PAID", 4500)
    assert write_off(lease, payment).code == "ALREADY_PAID"
    back = expect(lease, payment)
    assert (back.json["status"], back.json["paid_amount"]) == ("OVERDUE", 4500)
    assert lease.ledger()[1] == 6500


def test_the_rest_is_written_off_after_a_part_came(lease):
    payment = lease.payments()[0]
    lease.pay(payment, amount=2000, paid_date="2027-02-10")

    reply = write_off(lease, payment)

    assert (reply.json["status"], reply.json["written_off_amount"]) == ("PAID", 3500)
    assert reverse(lease, payment).json["status"] == "OVERDUE"
    assert lease.rows()[0]["owed"] == 2000


def test_the_tax_in_it_is_relieved_where_that_is_asked_for(lease):
    one, two = lease.payments()[:2]
    write_off(lease, one, amount=1100, relieve_tax=True)
    write_off(lease, two, amount=1100)

    sql = "SELECT relieved_tax FROM payment_transactions WHERE contract_id = %(id)s AND kind = 'WRITE_OFF' ORDER BY id"
    assert [row["relieved_tax"] for row in lease.world.sql(sql, id=lease.contract)] == [100, None]


def test_what_is_written_off_is_not_credited_as_well(calendar, lease):
    payment = lease.payments()[1]
    write_off(lease, payment, amount=1100)
    [invoice] = [one for one in invoices(lease) if one["payment_id"] == payment["id"]]
    path, body = {"invoice_id": invoice["id"]}, {"reason": "No heating"}
    above = lease.call(credit_invoice, as_=lease.owner, path=path, body=body | {"amount": Decimal("4400.01")})
    assert above.code == "MORE_THAN_INVOICED"

    note = lease.call(credit_invoice, as_=lease.owner, path=path, body=body)

    assert (note.json["net_amount"], note.json["tax_amount"]) == (4000, 400)
    assert lease.rows()[1]["status"] == "CANCELLED"
    assert lease.ledger()[1] == 5500


def test_an_early_end_credits_what_is_left(calendar, lease):
    calendar.set("2027-03-25T08:00:00Z")
    calendar.run()
    april = lease.payments()[2]
    write_off(lease, april, amount=1100)

    lease.terminate("2027-03-31")

    assert lease.rows()[2]["status"] == "CANCELLED"
    assert lease.rows()[2]["credited_amount"] == 4000


def test_of_two_at_once_one_writes_off(lease):
    payment = lease.payments()[0]

    replies = together([lambda: write_off(lease, payment)] * 2)

    assert sorted(reply.status for reply in replies) == [200, 409]
    assert lease.ledger()[1] == 5500


def test_who_may_write_off_what(lease, invoke):
    payment, later = lease.payments()[0], lease.payments()[11]
    assert write_off(lease, payment, user=lease.client).status == 403
    assert write_off(lease, payment, user=lease.world.owner()).status == 404
    assert write_off(lease, {"id": other_id()}).status == expect(lease, {"id": other_id()}).status == 404
    assert write_off(lease, later).code == "INVOICE_MISSING"
    assert write_off(lease, payment, amount=0).fields == ["amount"]
    assert expect(lease, payment).code == "NOTHING_WRITTEN_OFF"
    officer = lease.world.colleague(lease.owner, Role.FINANCIAL_OFFICER)
    assert write_off(lease, payment, user=officer).status == 200
    [event] = [one for one in lease.world.event_details(payment["id"]) if one["name"] == "payment.written_off"]
    assert invoke(notify_people, event) == []
    told = lease.world.sql("SELECT user_id, message FROM notifications WHERE event_id = %(id)s", id=event["id"])
    assert [row["user_id"] for row in told] == [lease.owner.id]
    assert "$5,500.00" in told[0]["message"]
