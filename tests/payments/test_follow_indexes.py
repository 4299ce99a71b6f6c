"""Rents follow an index: what nobody was asked for changes, what was issued is made up for by a line of its own."""

from datetime import date
from decimal import Decimal

import pytest

from functions.notifications.compose_mail import compose_mail
from functions.payments.download_invoice import download_invoice
from functions.payments.explain_payment import explain_payment
from functions.payments.follow_indexes import follow_indexes
from functions.payments.publish_index import publish_index
from shared.kit.catalog import Role
from tests.auth.mailbox import mails_to
from tests.call import call as call_
from tests.call import invoke, together
from tests.payments.lease import text_of
from tests.scenarios.test_lease_ends_early import unbalanced

CLAUSE = {
    "name": "CPI",
    "base_value": Decimal("105.65"),
    "factor": 1,
    "min": None,
    "max": None,
    "max_rent": None,
    "mode": "BASE",
    "upward_only": False,
}
INDEX = {"kind": "INDEX", "percent": None, "amount_psf": None, "every_months": 12, "table": None, "index": CLAUSE}


@pytest.fixture
def lease(calendar):
    """5,000 a month for three years from 2027-02-01, following the CPI from 105.65 each year."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=36, escalation=INDEX)
    calendar.run()
    return lease


def publish(user, *values, name="CPI", key=None):
    body = {"values": [{"date": day, "value": Decimal(value)} | more for day, value, more in values]}
    return call_(publish_index, as_=user, path={"name": name}, body=body, key=key)


def value(day, number, **more):
    return (day, number, more)


def amounts(lease):
    return [row["amount"] for row in lease.rows() if row["installment_number"]]


def test_uninvoiced_installments_follow_a_newly_published_index_value(calendar, lease):
    """Rent 1,000, base 105.65, then 110.5 and 114.25 → 1,045.91 and 1,081.40 [D365], here times five."""
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run(follow_indexes)
    assert [amounts(lease)[at] for at in (0, 11, 12, 35)] == [5000, 5000, Decimal("5229.53"), Decimal("5229.53")]

    publish(lease.owner, value("2029-01-15", "114.25"))
    calendar.run(follow_indexes)

    assert [amounts(lease)[at] for at in (11, 12, 23, 24)] == [
        5000,
        Decimal("5229.53"),
        Decimal("5229.53"),
        Decimal("5407.00"),
    ]
    assert lease.row()["schedule_total"] == sum(amounts(lease))
    row = lease.rows()[24]
    told = lease.call(explain_payment, as_=lease.client, path={"payment_id": row["id"]}).json
    assert told["steps"][-1]["result"] == told["amount"] == Decimal("5407.00")
    assert any(step["inputs"].get("index") == Decimal("114.25") for step in told["steps"])
    assert lease.world.events(row["id"]) == ["payment.indexed", "payment.indexed"]
    assert lease.events().count("contract.indexed") == 2


def test_a_late_index_value_adds_a_correction_and_changes_no_issued_line(calendar, lease):
    calendar.set("2028-04-10T08:00:00Z")
    calendar.run()
    before = [(row["id"], row["amount"]) for row in lease.rows()[:15]]
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run()

    rows = lease.rows()
    assert [(row["id"], row["amount"]) for row in rows[:15]] == before
    [added] = [row for row in rows if row["installment_number"] is None]
    # February, March and April were asked for; May is not.
    assert (added["amount"], added["due_date"]) == (3 * Decimal("229.53"), date(2028, 4, 10))
    assert amounts(lease)[15] == Decimal("5229.53")
    [told] = [one for one in lease.world.event_details(added["id"]) if one["name"] == "payment.invoiced"]
    assert invoke(compose_mail, told) == []
    assert "Rent, index adjustment" in mails_to(lease.client.email)[0]["text"]
    pdf = text_of(lease.call(download_invoice, as_=lease.client, path={"payment_id": added["id"]}))
    assert "Rent, index adjustment As of 10 April 2028 688.59" in pdf
    told = lease.call(explain_payment, as_=lease.client, path={"payment_id": added["id"]}).json
    assert told["steps"][-1]["result"] == added["amount"]
    assert lease.row()["schedule_total"] == sum(row["amount"] for row in rows)

    publish(lease.owner, value("2028-01-15", "109"))
    calendar.set("2028-04-11T08:00:00Z")
    calendar.run()

    # 109 makes 5,158.54: of the three months 70.99 too much was asked for each.
    less = [row for row in lease.rows() if row["installment_number"] is None][1]
    assert (less["amount"], less["status"]) == (3 * Decimal("-70.99"), "PAID")
    assert lease.pay({"id": less["id"]}).code == "ALREADY_PAID"
    # It settles the oldest that is open.
    assert lease.rows()[0]["paid_amount"] == 3 * Decimal("70.99")
    lines, balance = lease.ledger()
    assert balance == 15 * 5000 + 3 * Decimal("158.54")
    assert unbalanced(lease.world) == []


def test_a_final_index_value_overrides_a_provisional_one_and_a_later_version_an_earlier(calendar, lease):
    first = publish(lease.owner, value("2028-01-15", "111", final=False), value("2028-01-10", "100"))
    again = publish(lease.owner, value("2028-01-15", "111", final=False))
    last = publish(lease.owner, value("2028-01-15", "110.5"))

    assert [one["version"] for one in first.json["data"]] == [1, 1]
    assert again.json["data"] == first.json["data"]
    assert [(one["date"], one["value"], one["final"], one["version"]) for one in last.json["data"]] == [
        ("2028-01-10", 100, True, 1),
        ("2028-01-15", 111, False, 1),
        ("2028-01-15", Decimal("110.5"), True, 2),
    ]
    calendar.run(follow_indexes)
    assert amounts(lease)[12] == Decimal("5229.53")


def test_an_index_run_without_new_values_changes_nothing(calendar, lease):
    publish(lease.owner, value("2028-01-15", "110.5"))
    together([lambda: calendar.run(follow_indexes)] * 3)
    before = (lease.rows(), lease.events())
    calendar.run(follow_indexes)

    assert (lease.rows(), lease.events()) == before
    assert lease.events().count("contract.indexed") == 1


def test_an_index_of_the_same_name_of_another_organization_is_separate(calendar, lease, world):
    publish(lease.world.owner(), value("2028-01-15", "200"))
    publish(lease.owner, value("2028-01-15", "200"), name="HICP")
    calendar.run(follow_indexes)

    assert set(amounts(lease)) == {5000}


def test_an_index_correction_waits_on_the_day_an_installment_begins(calendar, lease):
    calendar.set("2028-04-01T08:00:00Z")
    calendar.run()
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run()
    assert len(lease.rows()) == 36

    calendar.set("2028-04-02T08:00:00Z")
    calendar.run()
    assert len(lease.rows()) == 37


def test_installments_prorated_or_cancelled_by_an_early_end_follow_no_index(calendar, lease):
    calendar.set("2028-04-10T08:00:00Z")
    calendar.run()
    lease.terminate("2028-04-16")
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run()

    [added] = [row for row in lease.rows() if row["installment_number"] is None]
    assert added["amount"] == 2 * Decimal("229.53")
    assert unbalanced(lease.world) == []


@pytest.mark.parametrize("is_late", [False, True])
def test_the_last_month_of_a_lease_that_ends_early_follows_the_index(calendar, lease, is_late):
    publish(lease.owner, value("2028-01-15", "110.5"))
    if not is_late:
        calendar.run(follow_indexes)
    calendar.set("2028-04-10T08:00:00Z")
    calendar.run()
    lease.terminate("2028-04-16")

    row = [row for row in lease.rows() if row["period_start"] == date(2028, 4, 1)][0]
    assert row["amount"] == (5000 if is_late else Decimal("5229.53"))
    assert row["amount"] + row["caught_up"] - row["credited_amount"] == Decimal("2614.77")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"values": []}, "values"),
        ({"values": [{"date": "2028-01-15", "value": 0}]}, "values.0.value"),
        ({"values": [{"date": "2028-01-15", "value": -1}]}, "values.0.value"),
        ({"values": [{"date": "2028-01-15", "value": 1}, {"date": "2028-01-15", "value": 2}]}, "values"),
        ({"values": [{"date": "2028-01-15", "value": Decimal("1.0000001")}]}, "values.0.value"),
        ({"values": [{"date": "soon", "value": 1}]}, "values.0.date"),
    ],
)
def test_an_invalid_index_value_is_refused_with_its_field(world, call, body, field):
    reply = call(publish_index, as_=world.owner(), path={"name": "CPI"}, body=body)

    assert (reply.status, reply.fields) == (400, [field])


@pytest.mark.parametrize("name", ["", " CPI", "x" * 65, "CPI\n", "'; DROP TABLE bids; --", "ÄPI"])
def test_an_invalid_index_name_is_refused(world, name):
    reply = publish(world.owner(), value("2028-01-15", "1"), name=name)

    assert (reply.status, reply.fields) == (400, ["name"])


def test_only_the_owners_side_may_publish_index_values(world):
    owner = world.owner()

    assert publish(world.colleague(owner, Role.FINANCIAL_OFFICER), value("2028-01-15", "1")).status == 200
    assert publish(world.client(), value("2028-01-15", "1")).status == 403
    assert publish(world.colleague(owner, Role.AGENT), value("2028-01-15", "1")).status == 403
    assert len(publish(owner, value("2028-02-15", "1")).json["data"]) == 2


def test_versions_of_concurrently_published_index_values_have_no_gaps(world):
    owner = world.owner()

    together([lambda n=n: publish(owner, value("2028-01-15", str(100 + n))) for n in range(8)])

    rows = publish(owner, value("2028-01-15", "107")).json["data"]
    assert [one["version"] for one in rows][:8] == list(range(1, 9))
