"""A lease that goes on after its last day: a month at a time, at a percentage of its last rent, until it is ended."""

from datetime import date
from decimal import Decimal

import pytest

from functions.bids.place_bid import place_bid
from functions.contracts.get_contract import get_contract
from functions.contracts.set_holdover import set_holdover
from functions.notifications.compose_mail import compose_mail
from functions.notifications.notify_people import notify_people
from functions.payments.explain_payment import explain_payment
from functions.payments.follow_holdover import follow_holdover
from functions.payments.send_invoice import send_invoice
from functions.reports.show_expirations import show_expirations
from functions.reports.show_occupancy import show_occupancy
from functions.reports.show_rent_roll import show_rent_roll
from functions.reports.show_stacking_plan import show_stacking_plan
from shared.kit.catalog import Role
from tests import invariants
from tests.auth.mailbox import mails_to
from tests.call import invoke
from tests.payments.test_follow_indexes import INDEX, publish, value
from tests.scenarios.test_credit_at_an_early_end import as_it_is, as_shown
from tests.scenarios.test_lease_is_renewed import renew


@pytest.fixture
def lease(calendar):
    """5,000 a month for a year to 2028-01-31; it is the middle of January."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12)
    calendar.set("2027-02-01T08:00:00Z")
    calendar.run()
    calendar.set("2028-01-15T08:00:00Z")
    return lease


def hold_over(lease, percent, user=None):
    path = {"contract_id": lease.contract}
    reply = lease.call(set_holdover, as_=user or lease.owner, path=path, body={"percent": percent})
    if reply.status == 200:
        events = [one for one in lease.world.event_details(lease.contract) if one["name"] == "contract.holdover_set"]
        assert invoke(follow_holdover, *events) == []
    return reply


def after(lease, day=date(2028, 1, 31)):
    return [(row["period_start"].isoformat(), row["amount"]) for row in lease.rows() if row["period_start"] > day]


def rolled(lease, as_of=None):
    query = {"as_of": as_of} if as_of else None
    rows = lease.call(show_rent_roll, as_=lease.owner, query=query).json["data"]
    return next(row for row in rows if row["contract_id"] == str(lease.contract))


def tied(lease):
    contract = lease.world.sql(
        """SELECT c.schedule_total = sum(p.amount - p.credited_amount)
                                       FILTER (WHERE p.status <> 'CANCELLED') AS adds_up,
                  count(p.installment_number) = max(p.installment_number) AS counted
           FROM contracts c JOIN payments p ON p.contract_id = c.id AND p.charge = 'RENT'
           WHERE c.id = %(id)s GROUP BY c.id""",
        id=lease.contract,
    )
    assert contract == [{"adds_up": True, "counted": True}]
    return invariants.untied(lease.world.database_url, [lease.contract]) == {}


def test_a_lease_goes_on_after_its_last_day_a_month_at_a_time(calendar, lease):
    reply = hold_over(lease, 150)

    assert (reply.status, reply.json["holdover_percent"], reply.json["status"]) == (200, 150, "ACTIVE")
    calendar.set("2028-02-01T08:00:00Z")
    calendar.run()
    assert (lease.row()["status"], lease.space_status()) == ("ACTIVE", "OCCUPIED")
    assert after(lease) == [("2028-02-01", 7500), ("2028-03-01", 7500)]
    calendar.set("2028-03-02T08:00:00Z")
    calendar.run()
    calendar.run()
    assert after(lease) == [("2028-02-01", 7500), ("2028-03-01", 7500), ("2028-04-01", 7500)]
    rows = [row for row in lease.rows() if row["period_start"] > date(2028, 1, 31)]
    assert [(row["status"], row["due_date"]) for row in rows[:2]] == [
        ("OVERDUE", date(2028, 2, 1)),
        ("OVERDUE", date(2028, 3, 1)),
    ]
    assert [(row["installment_number"], row["total_installments"]) for row in rows] == [(13, 13), (14, 14), (15, 15)]
    steps = lease.call(explain_payment, as_=lease.client, path={"payment_id": rows[0]["id"]}).json["steps"]
    assert {"last_rent": 5000, "percent": 150} in [step["inputs"] for step in steps]
    assert steps[-1]["result"] == 7500
    assert tied(lease)


def test_the_space_of_a_lease_that_holds_over_takes_no_other_lease(calendar, lease):
    hold_over(lease, 100)
    calendar.set("2028-02-10T08:00:00Z")
    calendar.run()

    body = {"space_id": lease.space, "bid_amount": 9000, "start_date": "2028-06-01", "term_months": 12}
    refused = lease.call(place_bid, as_=lease.world.client(), body=body)
    assert (refused.status, refused.code) == (409, "SPACE_NOT_AVAILABLE")
    assert renew(lease).code == "HOLDS_OVER"


def test_a_holdover_ends_by_its_termination(calendar, lease):
    hold_over(lease, 120)
    calendar.set("2028-02-20T08:00:00Z")
    calendar.run()
    for payment in lease.payments():
        if payment["due_date"] <= "2028-03-01":
            lease.pay(payment)

    shown = lease.preview("2028-03-16").json
    assert lease.terminate("2028-03-16").status == 200

    assert as_shown(shown) == as_it_is(lease)
    # Fifteen of March's 31 days at 6,000 are 2,903.23.
    [march] = [row for row in lease.rows() if row["period_start"] == date(2028, 3, 1)]
    assert march["amount"] - march["credited_amount"] == Decimal("2903.23")
    assert lease.ledger()[1] == Decimal("-3096.77")
    calendar.set("2028-03-16T08:00:00Z")
    calendar.run()
    assert (lease.row()["status"], lease.space_status()) == ("TERMINATED", "AVAILABLE")
    assert lease.row()["end_date"] == date(2028, 1, 31)
    assert tied(lease)


def test_a_holdover_that_ends_later_has_its_last_part_month(calendar, lease):
    hold_over(lease, 100)
    calendar.set("2028-02-01T08:00:00Z")
    calendar.run()
    assert lease.terminate("2028-05-11").status == 200

    calendar.set("2028-04-20T08:00:00Z")
    calendar.run()

    # Ten of May's 31 days.
    assert after(lease)[-2:] == [("2028-04-01", 5000), ("2028-05-01", Decimal("1612.90"))]
    calendar.set("2028-05-11T08:00:00Z")
    calendar.run()
    calendar.run()
    assert lease.row()["status"] == "TERMINATED"
    assert len(after(lease)) == 4
    assert tied(lease)


def test_a_lease_that_ends_inside_a_month_goes_on_with_the_rest_of_it(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 10), months=12, tax_percent=10)
    calendar.set("2028-01-20T08:00:00Z")
    calendar.run()
    hold_over(lease, 100)
    calendar.set("2028-02-10T08:00:00Z")
    calendar.run()

    # Twenty of the 29 days of February 2028.
    assert after(lease, date(2028, 2, 9)) == [("2028-02-10", Decimal("3448.28")), ("2028-03-01", 5000)]
    assert [row["tax_amount"] for row in lease.rows()][-2:] == [Decimal("344.83"), 500]
    assert tied(lease)


def test_the_last_rent_is_that_of_the_last_step(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=24, escalation=INDEX)
    publish(lease.owner, value("2028-01-10", "110.5"))
    calendar.set("2029-01-20T08:00:00Z")
    calendar.run()
    rent = Decimal("5229.53")
    hold_over(lease, 200)
    calendar.run()

    assert after(lease, date(2029, 1, 31)) == [("2029-02-01", 2 * rent)]
    assert tied(lease)


def test_the_percentage_may_change_and_go_until_the_last_day(calendar, lease):
    hold_over(lease, 150)
    assert after(lease) == [("2028-02-01", 7500)]
    hold_over(lease, 125)
    assert after(lease) == [("2028-02-01", 6250)]
    assert (
        lease.call(get_contract, as_=lease.client, path={"contract_id": lease.contract}).json["holdover_percent"] == 125
    )

    hold_over(lease, None)

    assert after(lease) == []
    calendar.set("2028-02-01T08:00:00Z")
    calendar.run()
    assert (lease.row()["status"], lease.space_status()) == ("EXPIRED", "AVAILABLE")
    assert tied(lease)


def test_what_is_invoiced_holds_the_percentage(calendar, lease):
    hold_over(lease, 150)
    assert lease.call(send_invoice, as_=lease.owner, path={"payment_id": lease.rows()[-1]["id"]}).status == 200

    assert hold_over(lease, 125).code == hold_over(lease, None).code == "HOLDOVER_INVOICED"


def test_who_may_let_which_lease_hold_over(calendar, lease):
    assert hold_over(lease, 150, user=lease.client).status == 403
    assert hold_over(lease, 150, user=lease.world.colleague(lease.owner, Role.AGENT)).status == 403
    assert hold_over(lease, 150, user=lease.world.owner()).status == 404
    for percent in (99, 501, Decimal("100.001"), "150"):
        assert hold_over(lease, percent).fields == ["percent"]
    renewed = renew(lease)
    assert hold_over(lease, 150).code == "IS_RENEWED"
    lease.world.sql("UPDATE contracts SET status = 'TERMINATED' WHERE id = %(id)s", id=renewed.json["id"])
    calendar.set("2028-02-01T00:00:00Z")
    assert hold_over(lease, 150).code == "TERM_OVER"
    calendar.run()
    assert hold_over(lease, 150).code == "NOT_ACTIVE"
    waiting = calendar.lease(start=date(2028, 6, 1), months=12)
    assert hold_over(waiting, 150).code == "NOT_ACTIVE"
    calendar.set("2028-06-02T00:00:00Z")
    calendar.run()
    waiting.terminate("2028-08-01")
    assert hold_over(waiting, 150).code == "ENDS_ALREADY"


@pytest.mark.parametrize(("percent", "status"), [(150, "HOLDOVER"), (100, "MONTH_TO_MONTH")])
def test_reports_show_a_lease_that_holds_over(calendar, lease, percent, status):
    hold_over(lease, percent)
    assert [rolled(lease)[name] for name in ("status", "expiry", "months_left")] == ["OCCUPIED", "2028-01-31", 0]
    assert rolled(lease, "2028-02-15")["status"] == status
    calendar.set("2028-02-15T08:00:00Z")
    calendar.run()

    row = rolled(lease)
    rent = Decimal(5000) * percent / 100
    assert [row[name] for name in ("status", "expiry", "months_left", "monthly_rent", "next_step_date")] == [
        status,
        None,
        None,
        rent,
        None,
    ]
    occupancy = lease.call(show_occupancy, as_=lease.owner).json["totals"]
    assert (occupancy["occupied"], occupancy["occupied_sqft"], occupancy["walt_by_area_years"]) == (1, 1000, 0)
    assert occupancy["currencies"][0]["walt_years"] == 0
    assert lease.call(show_expirations, as_=lease.owner).json["data"] == []
    [building] = lease.world.sql("SELECT building_id AS id FROM spaces WHERE id = %(id)s", id=lease.space)
    plan = lease.call(show_stacking_plan, as_=lease.owner, path={"building_id": building["id"]}).json
    [segment] = plan["floors"][0]["segments"]
    assert (segment["status"], segment["expiry"], segment["bucket"]) == (status, None, "<12m")
    lease.terminate("2028-04-01")
    assert [rolled(lease)[name] for name in ("status", "expiry", "months_left")] == [status, "2028-03-31", 1]
    calendar.set("2028-04-02T08:00:00Z")
    calendar.run()
    assert rolled(lease, "2028-02-20")["status"] == status
    assert rolled(lease, "2028-01-20")["status"] == "OCCUPIED"


def test_the_client_is_told_of_it(calendar, lease):
    hold_over(lease, 150)
    [told] = [one for one in lease.world.event_details(lease.contract) if one["name"] == "contract.holdover_set"]

    assert invoke(notify_people, told) == invoke(compose_mail, told) == []

    rows = lease.world.sql(
        "SELECT message FROM notifications WHERE title = 'Lease Goes On' AND user_id = %(id)s", id=lease.client.id
    )
    assert rows[0]["message"].endswith("at 150 % of its last rent")
    [mail] = [one for one in mails_to(lease.client.email) if "its last day" in one["subject"]]
    assert "31 January 2028" in mail["text"]
    assert "150" in mail["text"]
