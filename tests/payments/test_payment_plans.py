"""Arrears that are paid on other days than they were due: kept or broken by the clock, with no charge for kept time."""

from datetime import date
from decimal import Decimal

import pytest

from functions.contracts.get_contract import get_contract
from functions.notifications.compose_mail import compose_mail
from functions.notifications.notify_people import notify_people
from functions.payments.cancel_payment_plan import cancel_payment_plan
from functions.payments.create_payment_plan import create_payment_plan
from functions.payments.get_payment import get_payment
from functions.payments.list_payment_plans import list_payment_plans
from functions.reports.show_aging import show_aging
from shared.kit.catalog import Role
from tests.auth.mailbox import mails_to
from tests.call import other_id, together
from tests.payments.lease import credit, invoices
from tests.payments.test_reverse_payment import reverse

POLICY = {"grace_days": 5, "fee_percent": 5, "min_fee": 50, "annual_interest_percent": 10}


@pytest.fixture
def lease(calendar):
    """5,000 a month from 2027-02-01; February and March are open on the 3rd of March, and February's fee is charged."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=6, late_policy=POLICY)
    for day in ("2027-02-01", "2027-02-02", "2027-02-08", "2027-03-03"):
        calendar.set(f"{day}T08:00:00Z")
        calendar.run()
        calendar.run()
    return lease


INSTALLMENTS = (("2027-03-20", 4000), ("2027-04-20", 3000), ("2027-05-20", 3000))


def plan(lease, debts=2, installments=INSTALLMENTS, user=None, **changes):
    """For the first two months."""
    body = {
        "payment_ids": [row["id"] for row in lease.rows()[:debts]],
        "installments": [{"due_date": day, "amount": amount} for day, amount in installments],
    } | changes
    return lease.call(create_payment_plan, as_=user or lease.owner, path={"contract_id": lease.contract}, body=body)


def plans(lease, user=None):
    path = {"contract_id": lease.contract}
    return lease.call(list_payment_plans, as_=user or lease.client, path=path).json["data"]


def status(lease):
    return [(one["status"], one["missed_on"], one["open_amount"]) for one in plans(lease)]


def cancel(lease, plan_id, user=None):
    path = {"contract_id": lease.contract, "plan_id": plan_id}
    return lease.call(cancel_payment_plan, as_=user or lease.owner, path=path, body={"reason": "Sold the debt"})


def at(calendar, day):
    calendar.set(f"{day}T08:00:00Z")
    calendar.run()
    calendar.run()


def charges(lease, charge):
    return [(row["period_start"].isoformat(), row["amount"]) for row in lease.rows(charge)]


def test_a_plan_is_dates_and_changes_no_payment(calendar, lease):
    calendar.run()
    before = (lease.rows(), invoices(lease), lease.call(show_aging, as_=lease.owner).json)

    reply = plan(lease)

    assert reply.status == 201
    shown = {name: reply.json[name] for name in ("status", "total_amount", "open_amount", "started_on", "missed_on")}
    assert shown == {
        "status": "KEPT",
        "total_amount": 10000,
        "open_amount": 10000,
        "started_on": "2027-03-03",
        "missed_on": None,
    }
    assert [(one["due_date"], one["amount"]) for one in reply.json["installments"]] == list(INSTALLMENTS)
    assert (lease.rows(), invoices(lease), lease.call(show_aging, as_=lease.owner).json) == before
    payment = lease.call(get_payment, as_=lease.client, path={"payment_id": lease.rows()[0]["id"]}).json
    assert payment["payment_plan_id"] == reply.json["id"]
    contract = lease.call(get_contract, as_=lease.client, path={"contract_id": lease.contract}).json
    assert contract["payment_plans"] == [
        {"id": reply.json["id"], "status": "KEPT", "payment_ids": reply.json["payment_ids"]}
    ]
    assert plans(lease) == [reply.json]
    [fee] = [one for one in lease.payments() if one["charge"] == "LATE_FEE"]
    assert fee["payment_plan_id"] is None


def test_a_plan_is_kept_while_the_money_covers_what_was_due(calendar, lease):
    plan(lease)
    first, second = lease.rows()[:2]
    lease.pay(first, amount=4000, paid_date="2027-03-03")

    at(calendar, "2027-03-21")
    assert status(lease) == [("KEPT", None, 6000)]
    lease.pay(first, amount=1000, paid_date="2027-03-21")
    lease.pay(second, amount=2000, paid_date="2027-03-21")
    at(calendar, "2027-05-20")
    assert status(lease) == [("KEPT", None, 3000)]
    lease.pay(second, paid_date="2027-05-20")
    at(calendar, "2027-06-30")

    assert status(lease) == [("KEPT", None, 0)]
    assert "plan.broken" not in [name for name, _ in lease.told("plan.broken")]


def test_a_plan_is_broken_from_the_day_after_a_date_that_is_missed(calendar, lease, invoke):
    agreed = plan(lease).json
    lease.pay(lease.rows()[0], amount=Decimal("3999.99"), paid_date="2027-03-03")
    at(calendar, "2027-03-20")
    assert status(lease)[0][0] == "KEPT"

    at(calendar, "2027-03-21")

    assert status(lease) == [("BROKEN", "2027-03-20", Decimal("6000.01"))]
    events = lease.world.event_details(agreed["id"])
    assert [one["name"] for one in events] == ["plan.agreed", "plan.broken"]
    assert invoke(notify_people, *events) == invoke(compose_mail, *events) == []
    rows = lease.world.sql("SELECT message FROM notifications WHERE title = 'Payment Plan Broken' ORDER BY id")
    assert len(rows) == 2
    assert all("20 March 2027" in row["message"] and "$6,000.01" in row["message"] for row in rows)
    assert [mail["subject"].partition(":")[0] for mail in mails_to(lease.client.email)][-1] == "Payment plan broken"
    # Money that proves to have come in time heals it.
    lease.pay(lease.rows()[0], amount=Decimal("0.01"), paid_date="2027-03-20")
    assert status(lease)[0][0] == "KEPT"


def test_money_that_bounces_breaks_the_plan(calendar, lease):
    plan(lease)
    lease.pay(lease.rows()[0], amount=4000, paid_date="2027-03-03")
    at(calendar, "2027-03-25")
    assert status(lease)[0][0] == "KEPT"

    reverse(lease, {"id": lease.rows()[0]["id"]})

    assert status(lease) == [("BROKEN", "2027-03-20", 10000)]


def test_what_is_credited_of_a_debt_need_not_be_paid_by_plan(calendar, lease):
    plan(lease)
    [march] = [one for one in invoices(lease) if one["payment_id"] == str(lease.rows()[1]["id"])]
    credit(lease, march, amount=4000)

    at(calendar, "2027-03-21")

    assert status(lease) == [("KEPT", None, 6000)]


def test_no_fee_and_no_interest_is_asked_for_the_time_of_a_plan_that_is_kept(calendar, lease):
    assert charges(lease, "LATE_FEE") == [("2027-02-01", 250)]
    plan(lease)

    # March's grace ends on the 6th; February has been late for 90 days on the 2nd of May.
    for day in ("2027-03-07", "2027-05-02", "2027-05-19"):
        at(calendar, day)
        if day == "2027-03-07":
            lease.pay(lease.rows()[0], amount=4000, paid_date="2027-03-07")
            lease.pay(lease.rows()[1], amount=5000, paid_date="2027-03-07")

    assert charges(lease, "LATE_FEE")[0] == ("2027-02-01", 250)
    assert "2027-03-01" not in [start for start, _ in charges(lease, "LATE_FEE")]
    lease.pay(lease.rows()[0], paid_date="2027-05-19")
    at(calendar, "2027-05-20")
    # Before the plan, February was late for thirty days, and March for two: on 5,000 at 10 %.
    assert charges(lease, "INTEREST") == [("2027-05-02", Decimal("2.74")), ("2027-05-20", Decimal("41.10"))]


def test_interest_counts_again_from_the_day_after_a_plan_was_broken(calendar, lease):
    plan(lease, debts=1, installments=[("2027-03-20", 5000)])
    at(calendar, "2027-03-31")
    assert status(lease)[0][0] == "BROKEN"

    lease.pay(lease.rows()[0], paid_date="2027-03-31")
    at(calendar, "2027-04-01")

    # From the 1st of February to the 3rd of March 30 days, and from the 21st to the 31st of March 10 days.
    [(_, interest)] = [one for one in charges(lease, "INTEREST")][:1]
    assert interest == Decimal("54.79")


def test_a_fee_whose_day_comes_after_the_plan_was_broken_is_asked(calendar, lease):
    [april] = [row for row in lease.rows() if row["due_date"] == date(2027, 4, 1)]
    at(calendar, "2027-04-01")
    body = {"payment_ids": [april["id"]], "installments": [{"due_date": "2027-04-03", "amount": 5000}]}
    path = {"contract_id": lease.contract}
    assert lease.call(create_payment_plan, as_=lease.owner, path=path, body=body).status == 201

    at(calendar, "2027-04-07")

    assert ("2027-04-01", 250) in charges(lease, "LATE_FEE")


def test_a_debt_has_one_plan_that_is_kept(calendar, lease):
    first = plan(lease).json["id"]
    again = plan(lease, debts=1, installments=[("2027-03-20", 5000)])
    assert (again.status, again.code, again.fields) == (409, "PLAN_EXISTS", ["payment_ids.0"])
    assert cancel(lease, first).json["status"] == "CANCELLED"
    assert cancel(lease, first).code == "PLAN_CANCELLED"
    replies = together([lambda: plan(lease)] * 4)
    assert sorted(reply.status for reply in replies) == [201] + [409] * 3
    at(calendar, "2027-03-21")

    # A plan that is broken holds nobody back.
    assert plan(lease, installments=[("2027-04-20", 10000)]).status == 201
    assert [one["status"] for one in plans(lease)] == ["KEPT", "BROKEN", "CANCELLED"]
    assert lease.payments()[0]["payment_plan_id"] == plans(lease)[0]["id"]


def test_a_cancelled_plan_is_late_again_from_that_day(calendar, lease):
    agreed = plan(lease, debts=1, installments=[("2027-06-20", 5000)]).json["id"]
    at(calendar, "2027-03-13")
    cancel(lease, agreed)
    at(calendar, "2027-03-31")

    lease.pay(lease.rows()[0], paid_date="2027-03-31")
    at(calendar, "2027-04-01")

    # 30 days before it, and 17 days from the 14th to the 31st of March.
    assert charges(lease, "INTEREST")[0][1] == Decimal("64.38")


def test_a_plan_is_refused_that_does_not_come_to_what_is_open(lease):
    short = plan(lease, installments=[("2027-03-20", 4000), ("2027-04-20", Decimal("5999.99"))])
    assert (short.status, short.fields) == (400, ["installments"])
    assert "10000.00 USD is open" in short.json["error"]["details"][0]["message"]
    assert plan(lease, installments=[("2027-03-02", 10000)]).fields == ["installments.0.due_date"]
    assert plan(lease, installments=[("2027-04-20", 5000), ("2027-03-20", 5000)]).fields == ["installments"]
    assert plan(lease, installments=[]).fields == ["installments"]
    assert plan(lease, payment_ids=[other_id()]).fields == ["payment_ids"]
    twice = [lease.rows()[0]["id"]] * 2
    assert plan(lease, payment_ids=twice).fields == ["payment_ids"]
    assert plans(lease) == []


def test_only_what_is_open_is_planned(lease):
    lease.pay(lease.rows()[0], paid_date="2027-03-03")
    both = plan(lease)
    assert (both.code, both.fields) == ("ALREADY_PAID", ["payment_ids.0"])
    [march] = [one for one in invoices(lease) if one["payment_id"] == str(lease.rows()[1]["id"])]
    credit(lease, march)
    gone = plan(lease, payment_ids=[lease.rows()[1]["id"]])
    assert (gone.code, gone.fields) == ("NOT_PAYABLE", ["payment_ids.0"])


def test_who_agrees_and_who_reads_plans(lease):
    assert plan(lease, user=lease.client).status == 403
    assert plan(lease, user=lease.world.owner()).status == 404
    agreed = plan(lease, user=lease.world.colleague(lease.owner, Role.FINANCIAL_OFFICER))
    assert agreed.status == 201
    assert cancel(lease, agreed.json["id"], user=lease.client).status == 403
    assert cancel(lease, agreed.json["id"], user=lease.world.owner()).status == 404
    assert cancel(lease, other_id()).status == 404
    path = {"contract_id": lease.contract}
    assert lease.call(list_payment_plans, as_=lease.world.client(), path=path).status == 404


def test_the_client_is_mailed_of_a_plan_and_of_its_end(lease, invoke):
    agreed = plan(lease).json["id"]
    cancel(lease, agreed)

    assert invoke(compose_mail, *lease.world.event_details(agreed)) == []

    subjects = [mail["subject"] for mail in mails_to(lease.client.email)]
    assert [one for one in subjects if one.startswith("Payment plan for")]
    assert [one for one in subjects if one.startswith("Payment plan cancelled")]
