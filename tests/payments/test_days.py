"""The day jobs: each building at its own midnight, each item once, missed days caught up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from functions.leasing.expire_contracts import expire_contracts
from functions.leasing.start_contracts import start_contracts
from functions.notifications.notify_people import notify_people
from functions.payments.advance_payments import advance_payments
from functions.payments.issue_invoices import issue_invoices
from functions.payments.remind_payers import remind_payers
from functions.realtime.connect import connect
from tests.call import together
from tests.payments.test_reverse_payment import reverse
from tests.realtime.sockets import Client, frames

# The moment before a building's midnight and midnight itself, and the day that begins with it. New York's clocks go
# forward on 2027-03-14 and back on 2027-11-07, both at two in the morning. Havana's go forward at midnight, which
# that day does not have, and back at one, so that its midnight comes twice.
MIDNIGHTS = [
    ("Pacific/Kiritimati", "2027-01-31T09:59:59Z", "2027-01-31T10:00:00Z", date(2027, 2, 1)),
    ("America/New_York", "2027-02-01T04:59:59Z", "2027-02-01T05:00:00Z", date(2027, 2, 1)),
    ("America/New_York", "2027-03-14T04:59:59Z", "2027-03-14T05:00:00Z", date(2027, 3, 14)),
    ("America/New_York", "2027-03-15T03:59:59Z", "2027-03-15T04:00:00Z", date(2027, 3, 15)),
    ("America/New_York", "2027-11-07T03:59:59Z", "2027-11-07T04:00:00Z", date(2027, 11, 7)),
    ("America/New_York", "2027-11-08T04:59:59Z", "2027-11-08T05:00:00Z", date(2027, 11, 8)),
    ("America/Havana", "2027-03-14T04:59:59Z", "2027-03-14T05:00:00Z", date(2027, 3, 14)),
    ("America/Havana", "2027-03-15T03:59:59Z", "2027-03-15T04:00:00Z", date(2027, 3, 15)),
    ("America/Havana", "2027-11-07T03:59:59Z", "2027-11-07T04:00:00Z", date(2027, 11, 7)),
    ("America/Havana", "2027-11-08T04:59:59Z", "2027-11-08T05:00:00Z", date(2027, 11, 8)),
]


@pytest.mark.parametrize(("zone", "before", "midnight", "day"), MIDNIGHTS)
def test_a_payment_is_due_from_its_buildings_midnight_on(calendar, zone, before, midnight, day):
    calendar.set("2027-01-05T12:00:00Z")
    lease = calendar.lease(start=day, months=1, timezone=zone)

    calendar.set(before)
    calendar.run()
    assert lease.statuses()[0] == "SCHEDULED"
    assert lease.row()["status"] == "SIGNED"

    calendar.set(midnight)
    calendar.run()
    assert lease.statuses()[0] == "DUE"
    assert lease.row()["status"] == "ACTIVE"
    assert lease.space_status() == "OCCUPIED"


@pytest.mark.parametrize(("zone", "before", "midnight", "day"), MIDNIGHTS)
def test_a_payment_is_overdue_from_the_midnight_after_its_due_day(calendar, zone, before, midnight, day):
    calendar.set("2027-01-05T12:00:00Z")
    lease = calendar.lease(start=day - timedelta(days=1), months=1, timezone=zone)

    calendar.set(before)
    calendar.run()
    assert lease.statuses()[0] == "DUE"

    calendar.set(midnight)
    calendar.run()
    calendar.run()
    assert lease.statuses()[0] == "OVERDUE"
    first = lease.payments()[0]["due_date"]
    told = [name for name, due in lease.told("payment.due", "payment.overdue") if due == first]
    assert told == ["payment.due", "payment.overdue"]


def test_a_midnight_repeated_by_a_clock_change_counts_once(calendar):
    """Quality 70: an hour after its first midnight Havana has another one of the same day."""
    calendar.set("2027-10-05T12:00:00Z")
    lease = calendar.lease(start=date(2027, 11, 6), months=1, timezone="America/Havana")
    for moment in ("2027-11-06T04:00:00Z", "2027-11-07T04:00:00Z", "2027-11-07T04:59:59Z", "2027-11-07T05:00:00Z"):
        calendar.set(moment)
        calendar.run()

    first = lease.payments()[0]
    assert (first["due_date"], first["status"]) == ("2027-11-06", "OVERDUE")
    told = [name for name, due in lease.told("payment.due", "payment.overdue") if due == first["due_date"]]
    assert told == ["payment.due", "payment.overdue"]
    audits = [row["action"] for row in lease.world.audits(first["id"])]
    assert audits[-2:] == ["payment.due", "payment.overdue"]


def test_the_daily_jobs_take_a_lease_through_its_days_in_order(calendar):
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=1)
    names = ("payment.invoiced", "payment.due_soon", "payment.due", "payment.overdue", "payment.reminded")
    heard = {}

    day = date(2027, 5, 10)
    while day < date(2027, 7, 3):
        calendar.set(f"{day}T08:00:00Z")
        before = len(lease.told(*names))
        calendar.run()
        if told := lease.told(*names)[before:]:
            heard[day] = [name for name, _ in told]
        day += timedelta(days=1)

    assert heard == {
        date(2027, 5, 22): ["payment.invoiced"],
        date(2027, 5, 29): ["payment.due_soon"],
        date(2027, 6, 1): ["payment.due"],
        date(2027, 6, 2): ["payment.overdue"],
        date(2027, 6, 8): ["payment.reminded"],
    }
    [invoice] = lease.world.sql("SELECT * FROM invoices WHERE contract_id = %(id)s", id=lease.contract)
    assert (invoice["issued_on"], invoice["due_date"]) == (date(2027, 5, 22), date(2027, 6, 1))
    contract = [name for name in lease.events() if name in ("contract.started", "contract.expired")]
    assert contract == ["contract.started", "contract.expired"]
    assert (lease.row()["status"], lease.space_status()) == ("EXPIRED", "AVAILABLE")


def test_three_days_missed_by_the_jobs_are_caught_up_once(calendar):
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=2)
    calendar.set("2027-05-31T08:00:00Z")
    calendar.run()

    calendar.set("2027-06-03T08:00:00Z")
    calendar.run()
    once = lease.told("payment.due", "payment.overdue", "payment.due_soon", "payment.invoiced")
    calendar.run()

    assert lease.told("payment.due", "payment.overdue", "payment.due_soon", "payment.invoiced") == once
    assert once == [
        ("payment.invoiced", "2027-06-01"),
        ("payment.due_soon", "2027-06-01"),
        ("payment.due", "2027-06-01"),
        ("payment.overdue", "2027-06-01"),
    ]
    assert lease.row()["status"] == "ACTIVE"


def test_a_reminder_that_was_missed_says_how_many_days_are_left(calendar):
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=1)

    calendar.set("2027-05-30T08:00:00Z")
    calendar.run(remind_payers)
    calendar.run(remind_payers)

    rows = lease.world.sql(
        """SELECT payload FROM outbox
           WHERE name = 'payment.due_soon' AND payload ->> 'contract_id' = %(id)s""",
        id=lease.contract,
    )
    assert [row["payload"]["days_until_due"] for row in rows] == [2]


def test_a_new_lease_gets_no_reminders_from_before_it_existed(calendar):
    calendar.set("2027-05-30T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=1)

    calendar.run(remind_payers)

    assert lease.told("payment.due_soon") == []


@pytest.mark.parametrize(("day", "times"), [("2027-06-07", 0), ("2027-06-08", 1), ("2027-06-14", 1), ("2027-06-15", 0)])
def test_a_payer_is_reminded_once_a_week_after_an_installment_was_due(calendar, day, times):
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=2)
    calendar.set("2027-06-02T08:00:00Z")
    calendar.run()

    calendar.set(f"{day}T08:00:00Z")
    calendar.run(remind_payers)
    calendar.run(remind_payers)

    assert lease.told("payment.reminded") == [("payment.reminded", "2027-06-01")] * times


def test_nobody_is_reminded_of_what_was_paid_late(calendar):
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=2)
    calendar.set("2027-06-02T08:00:00Z")
    calendar.run()
    lease.pay(lease.payments()[0])

    calendar.set("2027-06-08T08:00:00Z")
    calendar.run(remind_payers)

    assert lease.told("payment.reminded") == []


def test_a_prepaid_installment_never_becomes_due_and_a_partly_paid_one_does(calendar):
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=2)
    first, second = lease.payments()
    assert lease.pay(first).json["status"] == "PAID"
    assert lease.pay(second, amount=1).json["status"] == "SCHEDULED"

    for day in ("2027-06-01", "2027-06-02", "2027-07-01"):
        calendar.set(f"{day}T08:00:00Z")
        calendar.run()
    assert lease.statuses() == ["PAID", "DUE"]

    calendar.set("2027-07-02T08:00:00Z")
    calendar.run()
    assert lease.statuses() == ["PAID", "OVERDUE"]
    assert {due for _, due in lease.told("payment.due", "payment.overdue", "payment.due_soon")} == {"2027-07-01"}


def test_the_jobs_leave_each_open_payment_in_the_state_of_the_day(calendar):
    """They compare days, for the planner's sake: what they come to is what app.payment_state says."""
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=3, timezone="America/New_York")
    paid, part, _ = lease.payments()
    lease.pay(paid)
    lease.pay(part, amount=1)

    for moment in ("2027-06-30T08:00:00Z", "2027-07-01T03:59:59Z", "2027-07-01T04:00:00Z", "2027-08-02T04:00:00Z"):
        calendar.set(moment)
        calendar.run()
        states = lease.world.sql(
            """SELECT p.status, app.payment_state(p.status, p.owed, p.paid_amount, p.due_date, d.today) AS state
               FROM payments p, LATERAL (SELECT app.today('America/New_York') AS today) AS d
               WHERE p.contract_id = %(id)s ORDER BY p.due_date""",
            id=lease.contract,
        )
        assert [row["status"] for row in states] == [row["state"] for row in states]
    assert lease.statuses() == ["PAID", "OVERDUE", "OVERDUE"]


def test_a_reversed_partial_payment_becomes_due_through_the_daily_jobs(calendar):
    """They tell people of it; the reversal would only have changed the status."""
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=1)
    [payment] = lease.payments()
    lease.pay(payment, amount=1)

    calendar.set("2027-06-02T08:00:00Z")
    assert reverse(lease, payment).json["status"] == "SCHEDULED"
    calendar.run()
    assert lease.statuses() == ["OVERDUE"]
    assert [name for name, _ in lease.told("payment.due", "payment.overdue")] == ["payment.due", "payment.overdue"]


def test_a_payments_paid_date_is_the_day_of_its_last_transaction(calendar):
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=1)
    [payment] = lease.payments()
    lease.pay(payment, amount=1, paid_date="2027-05-09")

    settled = lease.pay(payment, paid_date="2027-05-02").json
    assert (settled["status"], settled["paid_date"]) == ("PAID", "2027-05-09")


def test_five_concurrent_job_runs_do_each_item_once(calendar):
    calendar.set("2027-05-10T08:00:00Z")
    leases = [calendar.lease(start=date(2027, 6, 1), months=1) for _ in range(4)]
    for moment in ("2027-05-29T08:00:00Z", "2027-07-03T08:00:00Z"):
        calendar.set(moment)
        together([calendar.run] * 5)
        # What one runner had locked the others left for the next hour.
        calendar.run()

    for lease in leases:
        names = ("payment.invoiced", "payment.due_soon", "payment.due", "payment.overdue")
        assert [name for name, _ in lease.told(*names)] == list(names)
        assert lease.events().count("contract.started") == lease.events().count("contract.expired") == 1
        [payment] = lease.payments()
        audits = [row["action"] for row in lease.world.audits(payment["id"])]
        assert audits == list(names)


def test_invoices_issued_by_jobs_and_users_share_gapless_numbers(calendar):
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=12)
    payments = lease.payments()

    calendar.set("2028-04-30T08:00:00Z")
    together([lambda one=one: lease.pay(one) for one in payments[::3]] + [lambda: calendar.run(issue_invoices)] * 3)

    sql = "SELECT number FROM invoices WHERE owner_organization_id = %(id)s ORDER BY number"
    numbers = [row["number"] for row in lease.world.sql(sql, id=lease.owner.organization_id)]
    assert numbers == list(range(1, 13))


def test_a_job_with_more_work_than_one_batch_continues(calendar, monkeypatch):
    for job in (issue_invoices, advance_payments, remind_payers, start_contracts, expire_contracts):
        monkeypatch.setitem(job.function.__globals__, "BATCH", 2)
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=6)

    calendar.set("2028-01-01T08:00:00Z")
    calendar.run()

    assert lease.statuses() == ["OVERDUE"] * 6
    assert lease.row()["status"] == "EXPIRED"


def test_a_failing_item_rolls_back_its_batch(calendar, monkeypatch):
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=1)
    calendar.set("2027-05-22T08:00:00Z")

    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr("shared.payments.queries.select_many", fail)
    with pytest.raises(RuntimeError):
        calendar.run(issue_invoices)
    assert lease.count("invoices") == 0
    monkeypatch.undo()
    calendar.run(issue_invoices)

    [invoice] = lease.world.sql("SELECT number FROM invoices WHERE contract_id = %(id)s", id=lease.contract)
    assert invoice["number"] == 1


def test_the_reminder_frame_goes_to_the_clients_side_as_in_the_source(calendar, invoke):
    calendar.set("2027-05-10T08:00:00Z")
    lease = calendar.lease(start=date(2027, 6, 1), months=1)
    sockets = {}
    for user in (lease.owner, lease.client):
        socket = Client()
        assert socket.open(connect, token=user.token()) == 200
        sockets[user] = socket.id
    [payment] = lease.payments()
    calendar.set("2027-05-29T08:00:00Z")
    calendar.run(remind_payers)
    frames()

    assert invoke(notify_people, lease.world.event_details(payment["id"])[-1]) == []

    heard = frames()
    assert set(heard) == {sockets[lease.client]}
    # A reminder changes nothing: no payment:updated.
    reminder, news = heard[sockets[lease.client]]
    assert reminder == {
        "event": "payment:due",
        "data": {
            "payment_id": payment["id"],
            "amount": Decimal("5000.00"),
            "due_date": "2027-06-01",
            "days_until_due": 3,
        },
    }
    [space] = lease.world.sql("SELECT name FROM spaces WHERE id = %(id)s", id=lease.space)
    assert news["data"]["message"] == f"Your payment of $5,000.00 for {space['name']} is due on 1 June 2027"
