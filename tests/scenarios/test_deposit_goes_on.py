"""A renewal takes the deposit along: it asks for what is missing, and nothing is asked for twice or lost on the way."""

from datetime import date

import pytest

from functions.contracts.get_ledger import get_ledger
from functions.leasing.cancel_payments import cancel_payments
from functions.leasing.schedule_payments import schedule_payments
from functions.notifications.notify_people import notify_people
from functions.payments.apply_deposit import apply_deposit
from functions.payments.carry_deposits import carry_deposits
from functions.payments.explain_payment import explain_payment
from functions.payments.return_deposit import return_deposit
from functions.payments.top_up_deposit import top_up_deposit
from functions.reports.show_rent_roll import show_rent_roll
from tests import invariants
from tests.call import invoke
from tests.payments.test_reverse_payment import reverse
from tests.scenarios.test_lease_is_renewed import Renewal, renew

BEFORE, FIRST_DAY, LATER = "2028-01-20T08:00:00Z", "2028-02-01T08:00:00Z", "2028-02-10T08:00:00Z"


@pytest.fixture
def lease(calendar):
    """1,200 a month for a year from 2027-02-01; two months as deposit, 2,400, which came."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12, deposit_months=2, bid_amount=1200)
    calendar.set("2027-02-01T08:00:00Z")
    calendar.run()
    pay_deposit(lease)
    calendar.set("2028-01-15T08:00:00Z")
    return lease


def pay_deposit(lease):
    [deposit] = [one for one in lease.payments() if one["charge"] == "DEPOSIT"]
    assert lease.pay(deposit, paid_date="2027-02-01").status == 200


def renewed(lease, **terms):
    """Its renewal by 1,300 a month, with two months as deposit: 2,600."""
    body = {"bid_amount": 1300, "deposit_months": 2} | terms
    return Renewal(lease, renew(lease, **body).json["id"]).execute()


def deposits(lease):
    return [(row["amount"], row["paid_amount"], row["status"]) for row in lease.rows("DEPOSIT")]


def held(lease):
    [row] = lease.world.sql(
        """SELECT (SELECT sum(paid_amount) FROM payments WHERE contract_id = %(id)s AND charge = 'DEPOSIT')
                  - (SELECT coalesce(sum(deposit_used), 0) FROM standing_transactions
                     WHERE contract_id = %(id)s) AS held""",
        id=lease.contract,
    )
    return row["held"]


def settle(lease, operation, **body):
    said = {
        return_deposit: {"paid_date": "2028-01-20", "payment_method": "bank_transfer"},
        apply_deposit: {"reason": "Rent that did not come"},
    }[operation]
    reply = lease.call(operation, as_=lease.owner, path={"contract_id": lease.contract}, body=said | body)
    if operation is apply_deposit and reply.status == 200:
        [payment] = lease.rows("DEPOSIT")[:1]
        events = [one for one in lease.world.event_details(payment["id"]) if one["name"] == "payment.deposit_applied"]
        assert invoke(top_up_deposit, *events) == []
    return reply


def kinds(lease):
    ledger = lease.call(get_ledger, as_=lease.client, path={"contract_id": lease.contract}).json["data"]
    return [(one["date"], one["debit"], one["credit"]) for one in ledger if "TRANSFER" in one["type"]]


def tied(*leases):
    return invariants.untied(leases[0].world.database_url, [lease.contract for lease in leases]) == {}


def test_a_renewal_asks_for_its_deposit_less_what_is_held(calendar, lease):
    renewal = renewed(lease)

    [deposit] = renewal.rows("DEPOSIT")
    assert (deposit["amount"], deposit["due_date"]) == (200, date(2028, 2, 1))
    steps = lease.call(explain_payment, as_=lease.owner, path={"payment_id": deposit["id"]}).json["steps"]
    assert (steps[-1]["inputs"], steps[-1]["result"]) == ({"deposit": 2600, "held": 2400}, 200)
    assert (held(lease), held(renewal)) == (2400, 0)
    assert tied(lease, renewal)


def test_the_deposit_goes_on_to_the_renewal_on_its_first_day(calendar, lease, invoke):
    renewal = renewed(lease)
    calendar.set(BEFORE)
    calendar.run()
    assert (held(lease), kinds(lease), kinds(renewal)) == (2400, [], [])

    calendar.set(FIRST_DAY)
    calendar.run()
    calendar.run(carry_deposits)

    assert (held(lease), held(renewal)) == (0, 2400)
    assert kinds(lease) == kinds(renewal) == [("2028-02-01", 2400, 2400)]
    assert [balance for balance in (lease.ledger()[1], renewal.ledger()[1])] == [14400, 1300 + 200]
    [told] = [one for one in lease.world.event_details(renewal.contract) if one["name"] == "contract.deposit_carried"]
    assert invoke(notify_people, told) == []
    rows = lease.world.sql(
        "SELECT message FROM notifications WHERE user_id = %(id)s AND title = 'Deposit Transferred'", id=lease.client.id
    )
    assert [row["message"].partition(" for ")[0] for row in rows] == ["Your deposit of $2,400.00"]
    assert renewal.pay(renewal.payments()[0]).json["amount"] == 200
    assert settle(lease, return_deposit, paid_date="2028-02-01").code == "NOTHING_HELD"
    assert settle(renewal, return_deposit, paid_date="2028-02-01").code == "NOT_ENDED_YET"
    assert tied(lease, renewal)


def test_the_rent_roll_shows_one_deposit_before_and_after_it_goes_on(calendar, lease):
    renewal = renewed(lease)

    def shown():
        rows = lease.call(show_rent_roll, as_=lease.owner).json["data"]
        return [(row["contract_id"], row["deposit_held"]) for row in rows if row["contract_id"]]

    assert shown() == [(lease.contract, 2400)]
    calendar.set(FIRST_DAY)
    calendar.run()
    assert shown() == [(renewal.contract, 2400)]


def test_a_renewal_that_asks_for_less_leaves_the_rest_to_be_returned(calendar, lease):
    renewal = renewed(lease, bid_amount=1000)
    assert deposits(renewal) == [(0, 0, "PAID")]
    assert lease.pay({"id": renewal.rows("DEPOSIT")[0]["id"]}).code == "ALREADY_PAID"

    refused = settle(lease, return_deposit, amount=400)
    assert (refused.status, refused.code) == (409, "DEPOSIT_CARRIED")
    calendar.set(FIRST_DAY)
    calendar.run()

    assert (held(lease), held(renewal)) == (400, 2000)
    assert settle(lease, return_deposit, paid_date="2028-02-01", amount=401).code == "MORE_THAN_HELD"
    answer = settle(lease, return_deposit, paid_date="2028-02-01").json
    assert [answer[name] for name in ("received_amount", "transferred_amount", "returned_amount", "held_amount")] == [
        2400,
        -2000,
        400,
        0,
    ]
    assert tied(lease, renewal)


def test_a_renewal_without_a_deposit_leaves_all_of_it_to_be_returned(calendar, lease):
    renewal = renewed(lease, deposit_months=0)
    assert settle(lease, return_deposit).code == "DEPOSIT_CARRIED"
    calendar.set(FIRST_DAY)
    calendar.run()

    assert (renewal.rows("DEPOSIT"), held(lease)) == ([], 2400)
    assert settle(lease, return_deposit, paid_date="2028-02-01").json["held_amount"] == 0


def test_what_is_applied_meanwhile_is_asked_for_again(calendar, lease):
    assert settle(lease, apply_deposit).code == "NOT_ENDED_YET"
    renewal = renewed(lease)
    calendar.set(BEFORE)
    calendar.run()

    applied = settle(lease, apply_deposit, amount=500)
    assert (applied.status, applied.json["held_amount"]) == (200, 1900)
    assert deposits(renewal) == [(200, 0, "SCHEDULED"), (500, 0, "SCHEDULED")]
    settle(lease, apply_deposit, amount=100)

    assert deposits(renewal) == [(200, 0, "SCHEDULED"), (500, 0, "SCHEDULED"), (100, 0, "SCHEDULED")]
    assert {row["due_date"] for row in renewal.rows("DEPOSIT")} == {date(2028, 2, 1)}
    calendar.set(FIRST_DAY)
    calendar.run()
    assert (held(lease), held(renewal)) == (0, 1800)
    for row in renewal.rows("DEPOSIT"):
        assert renewal.pay({"id": row["id"]}).json["status"] == "PAID"
    assert held(renewal) == 2600
    assert tied(lease, renewal)


def test_what_is_applied_of_more_than_the_renewal_asks_for_is_not_asked_for_again(calendar, lease):
    renewal = renewed(lease, bid_amount=1000)
    calendar.set(BEFORE)
    calendar.run()

    settle(lease, apply_deposit, amount=300)
    assert deposits(renewal) == [(0, 0, "PAID")]
    settle(lease, apply_deposit, amount=300)

    assert deposits(renewal) == [(0, 0, "PAID"), (200, 0, "SCHEDULED")]
    assert tied(lease, renewal)


def test_an_event_that_comes_twice_asks_for_the_deposit_once(calendar, lease):
    renewal = renewed(lease)
    calendar.set(BEFORE)
    calendar.run()
    settle(lease, apply_deposit, amount=500)
    lease.world.sql("DELETE FROM inbox WHERE consumer = 'top_up_deposit'")
    events = lease.world.event_details(lease.rows("DEPOSIT")[0]["id"])

    assert invoke(top_up_deposit, *[one for one in events if one["name"] == "payment.deposit_applied"]) == []

    assert deposits(renewal) == [(200, 0, "SCHEDULED"), (500, 0, "SCHEDULED")]


def test_the_deposit_of_a_renewal_is_returned_when_that_has_ended(calendar, lease):
    renewal = renewed(lease, term_months=1)
    calendar.set(FIRST_DAY)
    calendar.run()
    assert renewal.pay(renewal.payments()[0]).status == 200
    calendar.set("2028-03-02T08:00:00Z")
    calendar.run()

    answer = settle(renewal, return_deposit, paid_date="2028-03-02").json
    assert [answer[name] for name in ("received_amount", "transferred_amount", "returned_amount")] == [200, 2400, 2600]
    assert tied(lease, renewal)


def test_a_deposit_that_bounces_after_it_went_on_is_owed_on_the_lease_that_it_came_for(calendar, lease):
    renewal = renewed(lease)
    calendar.set(FIRST_DAY)
    calendar.run()
    before = lease.ledger()[1]
    [old] = [one for one in lease.payments() if one["charge"] == "DEPOSIT"]

    assert reverse(lease, old).status == 200

    assert [row["owed"] for row in lease.rows("RECLAIM")] == [2400]
    assert (held(lease), held(renewal), lease.ledger()[1] - before) == (0, 2400, 2400)
    assert tied(lease, renewal)


def test_the_second_renewal_takes_along_what_the_first_has_not_taken_yet(calendar, lease):
    first = renewed(lease)
    second = renewed(first, bid_amount=1400)

    assert [row["amount"] for row in second.rows("DEPOSIT")] == [400]


def test_a_renewal_that_ends_before_it_starts_leaves_the_deposit_where_it_is(calendar, lease):
    renewal = renewed(lease)
    assert renewal.terminate("2028-02-01").status == 200
    calendar.set(LATER)
    calendar.run()

    assert renewal.row()["status"] == "TERMINATED"
    assert held(lease) == 2400
    assert settle(lease, return_deposit, paid_date="2028-02-10").json["held_amount"] == 0


def test_a_deal_that_is_cancelled_takes_its_settled_deposit_with_it(calendar, lease):
    renewal = Renewal(lease, renew(lease, bid_amount=1000, deposit_months=2).json["id"])
    renewal.signed().run(schedule_payments)
    assert deposits(renewal) == [(0, 0, "PAID")]

    renewal.run(cancel_payments)

    assert renewal.rows("DEPOSIT") == renewal.rows() == []
