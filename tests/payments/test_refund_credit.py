"""A contract's credit is paid out, comes back, or moves to another contract of the same two sides."""

from datetime import date
from decimal import Decimal

import pytest

from functions.notifications.compose_mail import compose_mail
from functions.notifications.notify_people import notify_people
from functions.payments.raise_fees import raise_fees
from functions.payments.refund_credit import refund_credit
from functions.payments.reverse_refund import reverse_refund
from functions.payments.reverse_transfer import reverse_transfer
from functions.payments.transfer_credit import transfer_credit
from shared.kit.catalog import Role
from tests import invariants
from tests.auth.mailbox import mails_to
from tests.call import other_id, together
from tests.payments.lease import books
from tests.payments.test_reverse_payment import ledger

MONEY = {"paid_date": "2027-02-10", "payment_method": "bank_transfer", "transaction_reference": "BACK-1"}


@pytest.fixture
def lease(calendar):
    """A month of 5,000, paid, and 1,000.50 beyond it."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=1)
    calendar.set("2027-02-10T08:00:00Z")
    calendar.run()
    lease.pay(lease.payments()[0], amount=Decimal("6000.50"), allow_credit=True)
    return lease


def refund(lease, amount, user=None, contract=None, **changes):
    path = {"contract_id": contract or lease.contract}
    return lease.call(refund_credit, as_=user or lease.owner, path=path, body=MONEY | {"amount": amount} | changes)


def take_back(lease, refund_id, user=None, contract=None):
    path = {"contract_id": contract or lease.contract, "refund_id": refund_id}
    return lease.call(reverse_refund, as_=user or lease.owner, path=path, body={"reason": "The account is closed"})


def transfer(lease, to, amount, user=None):
    body = {"to_contract_id": to, "amount": amount}
    return lease.call(transfer_credit, as_=user or lease.owner, path={"contract_id": lease.contract}, body=body)


def test_credit_is_paid_out_and_comes_back(calendar, lease):
    reply = refund(lease, Decimal("400.50"))

    assert (reply.status, reply.json["is_reversed"], reply.json["unapplied_credit"]) == (201, False, 600)
    line = ledger(lease)["data"][-1]
    assert (line["type"], line["debit"], line["reference"]) == ("REFUND", Decimal("400.50"), "BACK-1")
    assert line["payment_id"] is line["charge"] is None
    assert line["id"] == reply.json["id"]
    assert lease.ledger()[1] == -600
    above = refund(lease, Decimal("600.01"))
    assert (above.status, above.code, above.fields) == (409, "AMOUNT_ABOVE_CREDIT", ["amount"])
    assert "600.00 USD is credit that nothing invoiced needs" in str(above.json)

    back = take_back(lease, reply.json["id"])

    assert (back.status, back.json["is_reversed"], back.json["unapplied_credit"]) == (200, True, Decimal("1000.50"))
    assert take_back(lease, reply.json["id"]).code == "REFUND_REVERSED"
    assert lease.ledger()[1] == Decimal("-1000.50")


@pytest.fixture
def ahead(calendar):
    """12 months of 5,000; the first is paid, and 12,000 that settle the second, which is invoiced by now, the third and
    2,000 of the fourth."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12)
    calendar.set("2027-02-01T08:00:00Z")
    calendar.run()
    lease.pay(lease.rows()[0], amount=17000, paid_date="2027-02-01")
    calendar.set("2027-02-20T08:00:00Z")
    calendar.run()
    invoiced = [row["invoiced_on"] is not None for row in lease.rows()[:4]]
    assert (invoiced, paid(lease)) == ([True, True, False, False], [5000, 5000, 5000, 2000])
    return lease


def paid(lease, count=4):
    return [row["paid_amount"] for row in lease.rows()[:count]]


def ties(*leases):
    return invariants.untied(leases[0].world.database_url, [lease.contract for lease in leases]) == {}


def test_credit_that_settles_what_is_not_invoiced_yet_is_the_clients_to_claim(ahead):
    reply = refund(ahead, 3000, paid_date="2027-02-01")

    assert (reply.status, reply.json["unapplied_credit"], paid(ahead)) == (201, 0, [5000, 5000, 4000, 0])
    assert ties(ahead)
    above = refund(ahead, Decimal("4000.01"), paid_date="2027-02-01")
    assert (above.code, paid(ahead)) == ("AMOUNT_ABOVE_CREDIT", [5000, 5000, 4000, 0])
    assert "4000.00 USD is credit that nothing invoiced needs" in str(above.json)

    assert take_back(ahead, reply.json["id"]).status == 200
    assert (paid(ahead), ties(ahead)) == ([5000, 5000, 5000, 2000], True)


def test_credit_that_settles_what_is_not_invoiced_yet_is_claimed_on_no_day_before_it_came(ahead):
    early = refund(ahead, 3000, paid_date="2027-01-31")

    assert (early.status, early.fields, paid(ahead)) == (400, ["paid_date"], [5000, 5000, 5000, 2000])


def test_what_an_early_end_freed_of_prepaid_months_is_not_claimed_a_second_time(ahead):
    """Half of April is kept and May is cancelled: 4,500 of what settled them is unapplied.

    Only the 2,500 that April still needs are claimed besides."""
    assert ahead.terminate("2027-04-16").status == 200
    assert (paid(ahead), books(ahead)[1]) == ([5000, 5000, 2500, 0], 4500)

    above = refund(ahead, Decimal("7000.01"), paid_date="2027-02-20")
    assert (above.status, above.code) == (409, "AMOUNT_ABOVE_CREDIT")
    assert refund(ahead, 7000, paid_date="2027-02-20").status == 201
    assert (paid(ahead), ties(ahead), ahead.unbalanced()) == ([5000, 5000, 0, 0], True, [])


def test_credit_that_settles_what_is_not_invoiced_yet_moves_to_another_lease(calendar, ahead):
    other = calendar.lease(owner=ahead.owner, client=ahead.client, start=date(2027, 3, 1), months=2)

    assert transfer(ahead, other.contract, 7000).status == 201

    assert (paid(ahead), paid(other)) == ([5000, 5000, 0, 0], [5000, 2000])
    assert ties(ahead, other)


@pytest.mark.parametrize("rival", ["refund", "transfer"])
def test_of_two_who_claim_what_settles_the_same_months_one_gets_it(calendar, ahead, rival):
    other = calendar.lease(owner=ahead.owner, client=ahead.client, start=date(2027, 3, 1), months=2)
    rivals = {"refund": lambda: refund(ahead, 7000), "transfer": lambda: transfer(ahead, other.contract, 7000)}

    replies = together([lambda: refund(ahead, 7000), rivals[rival]])

    assert sorted(reply.status for reply in replies) == [201, 409]
    assert (paid(ahead), ties(ahead, other)) == ([5000, 5000, 0, 0], True)


def test_credit_is_paid_out_after_the_end(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=6)
    first, second = lease.payments()[:2]
    lease.pay(first)
    lease.pay(second)
    calendar.set("2027-02-10T08:00:00Z")
    calendar.run()
    lease.terminate("2027-02-15")
    calendar.set("2027-02-15T08:00:00Z")
    calendar.run()
    assert lease.row()["status"] == "TERMINATED"
    assert books(lease)[1] == 7500

    paid = refund(lease, 7500)
    assert (paid.status, lease.ledger()[1]) == (201, 0)
    assert take_back(lease, paid.json["id"]).json["unapplied_credit"] == 7500


def test_of_two_refunds_at_once_one_is_paid(lease):
    replies = together([lambda: refund(lease, Decimal("1000.50"))] * 2)

    assert sorted(reply.status for reply in replies) == [201, 409]
    assert lease.ledger()[1] == 0


def test_of_two_who_use_the_same_credit_one_gets_it(calendar, lease):
    other = calendar.lease(start=date(2027, 4, 1), months=2, owner=lease.owner, client=lease.client)
    replies = together([lambda: refund(lease, 1000), lambda: transfer(lease, other.contract, 1000)])

    assert sorted(reply.status for reply in replies) == [201, 409]
    assert lease.ledger()[1] == Decimal("-0.50")


def test_credit_moves_to_another_contract_and_settles_what_is_open_there(calendar, lease):
    other = calendar.lease(start=date(2027, 4, 1), months=2, owner=lease.owner, client=lease.client)

    reply = transfer(lease, other.contract, Decimal("1000.25"))

    assert (reply.status, reply.json["to_contract_id"]) == (201, str(other.contract))
    assert reply.json["unapplied_credit"] == Decimal("0.25")
    assert (lease.ledger()[1], other.ledger()[1]) == (Decimal("-0.25"), Decimal("-1000.25"))
    assert [one["paid_amount"] for one in other.payments()] == [Decimal("1000.25"), 0]
    assert [ledger(one)["data"][-1]["type"] for one in (lease, other)] == ["TRANSFER_OUT", "TRANSFER_IN"]


def test_credit_does_not_move_to_others(calendar, lease, world, call):
    theirs = calendar.lease(start=date(2027, 4, 1), months=1, owner=lease.owner)
    euros = calendar.lease(start=date(2027, 4, 1), months=1, owner=lease.owner, client=lease.client, currency="EUR")
    dead = calendar.lease(start=date(2027, 4, 1), months=1, owner=lease.owner, client=lease.client)
    dead.world.sql("UPDATE contracts SET status = 'TERMINATED' WHERE id = %(id)s", id=dead.contract)
    strange = calendar.lease(start=date(2027, 4, 1), months=1)

    refused = [transfer(lease, other.contract, 1) for other in (theirs, euros, dead)]
    assert [reply.code for reply in refused] == ["NOT_THE_SAME_SIDES", "NOT_THE_SAME_SIDES", "NOT_PAYABLE"]
    assert [reply.fields for reply in refused] == [["to_contract_id"]] * 3
    assert transfer(lease, strange.contract, 1).status == transfer(lease, other_id(), 1).status == 404
    assert transfer(lease, lease.contract, 1).fields == ["to_contract_id"]
    assert transfer(lease, theirs.contract, 1, user=lease.client).status == 403
    assert lease.ledger()[1] == Decimal("-1000.50")


def test_who_may_refund_when(lease, invoke):
    assert refund(lease, 1, user=lease.client).status == 403
    assert refund(lease, 1, user=lease.world.owner()).status == refund(lease, 1, contract=other_id()).status == 404
    assert refund(lease, 1, paid_date="2027-02-11").fields == ["paid_date"]
    assert refund(lease, 1, paid_date="2025-01-01").fields == ["paid_date"]
    assert refund(lease, Decimal("0.001")).fields == ["amount"]
    officer = lease.world.colleague(lease.owner, Role.FINANCIAL_OFFICER)
    paid = refund(lease, 1, user=officer)
    assert paid.status == 201
    assert take_back(lease, paid.json["id"], user=lease.client).status == 403
    assert take_back(lease, paid.json["id"], user=lease.world.owner()).status == 404
    assert take_back(lease, other_id()).status == 404
    [event] = lease.world.event_details(paid.json["id"])
    assert invoke(notify_people, event) == []
    told = lease.world.sql("SELECT user_id, message FROM notifications WHERE event_id = %(id)s", id=event["id"])
    assert {row["user_id"] for row in told} == {lease.owner.id, lease.client.id}
    assert all("$1.00" in row["message"] for row in told)
    assert refund(lease, 1000).code == "AMOUNT_ABOVE_CREDIT"


def take_transfer_back(lease, transfer_id, user=None):
    path = {"contract_id": lease.contract, "transfer_id": transfer_id}
    return lease.call(reverse_transfer, as_=user or lease.owner, path=path, body={"reason": "To the wrong contract"})


def test_a_transfer_is_reversed_with_what_its_credit_has_settled(calendar, lease):
    other = calendar.lease(start=date(2027, 3, 1), months=2, owner=lease.owner, client=lease.client)
    sent = transfer(lease, other.contract, 1000).json
    assert (sent["is_reversed"], books(other)[0][0][0]) == (False, 1000)
    assert take_transfer_back(lease, sent["id"], user=lease.client).status == 403
    assert take_transfer_back(lease, sent["id"], user=lease.world.owner()).status == 404
    assert take_transfer_back(other, sent["id"]).status == 404

    reply = take_transfer_back(lease, sent["id"])

    assert (reply.status, reply.json["is_reversed"], reply.json["unapplied_credit"]) == (200, True, Decimal("1000.50"))
    assert (books(other)[0][0][0], books(other)[1]) == (0, 0)
    assert lease.ledger()[1] == Decimal("-1000.50")
    assert take_transfer_back(lease, sent["id"]).code == "TRANSFER_REVERSED"
    assert invariants.untied(lease.world.database_url, [lease.contract, other.contract]) == {}


def test_credit_that_has_left_the_other_contract_is_not_taken_back(calendar, lease):
    other = calendar.lease(start=date(2027, 3, 1), months=1, owner=lease.owner, client=lease.client, bid_amount=100)
    calendar.run()
    other.pay(other.payments()[0])
    sent = transfer(lease, other.contract, 1000).json["id"]
    back = refund(lease, 600, contract=other.contract).json["id"]

    assert take_transfer_back(lease, sent).code == "CREDIT_SPENT"
    take_back(lease, back, contract=other.contract)
    assert take_transfer_back(lease, sent).status == 200
    assert invariants.untied(lease.world.database_url, [lease.contract, other.contract]) == {}


def test_the_client_is_mailed_of_what_happens_to_their_credit(calendar, lease, invoke):
    other = calendar.lease(start=date(2027, 3, 1), months=2, owner=lease.owner, client=lease.client)
    paid = refund(lease, Decimal("400.50")).json["id"]
    take_back(lease, paid)
    sent = transfer(lease, other.contract, 1000).json["id"]
    take_transfer_back(lease, sent)
    events = lease.world.event_details(paid) + lease.world.event_details(sent)

    assert invoke(compose_mail, *events) == []

    mails = {mail["subject"].partition(" for ")[0].partition(":")[0]: mail for mail in mails_to(lease.client.email)}
    assert {"Refund", "Refund reversed", "Credit transferred", "Transfer reversed"} <= set(mails)
    assert "$400.50" in mails["Refund"]["text"]
    assert "$1,000.00" in mails["Transfer reversed"]["text"]
    assert f"/contracts/{lease.contract}" in mails["Refund"]["text"]


def test_a_late_fee_rises_when_a_transfer_is_reversed_that_had_counted_in_time(calendar, lease, invoke):
    policy = {"grace_days": 5, "fee_percent": 5, "min_fee": 50, "annual_interest_percent": 0}
    terms = {"bid_amount": 1785, "late_policy": policy, "owner": lease.owner, "client": lease.client}
    other = calendar.lease(start=date(2027, 3, 1), months=1, **terms)
    sent = transfer(lease, other.contract, 1000).json["id"]
    for day in ("2027-03-01", "2027-03-07", "2027-03-08"):
        calendar.set(f"{day}T08:00:00Z")
        calendar.run()
    assert [row["amount"] for row in other.rows("LATE_FEE")] == [50]

    assert take_transfer_back(lease, sent).status == 200
    events = [one for one in lease.world.event_details(sent) if one["name"] == "transfer.reversed"]
    assert invoke(raise_fees, *events) == []

    assert [row["amount"] for row in other.rows("LATE_FEE")] == [50, Decimal("39.25")]
    assert other.ledger()[1] == Decimal("1874.25")


@pytest.mark.parametrize("paid_date", ["2026-01-10", "2026-01-14"])
def test_credit_is_not_refunded_before_it_was_there(lease, paid_date):
    early = refund(lease, Decimal("1000.50"), paid_date=paid_date)

    assert (early.status, early.fields) == (400, ["paid_date"])
    assert "only 0 USD was credit on that day" in str(early.json)
    assert refund(lease, Decimal("1000.50")).status == 201


def test_credit_that_was_used_since_is_not_refunded_on_a_day_before(calendar, lease):
    calendar.set("2027-02-20T08:00:00Z")
    assert refund(lease, Decimal("1000.00"), paid_date="2027-02-15").status == 201

    again = refund(lease, Decimal("0.51"), paid_date="2027-02-12")

    assert (again.status, again.code) == (409, "AMOUNT_ABOVE_CREDIT")
    assert refund(lease, Decimal("0.50"), paid_date="2027-02-12").status == 201
