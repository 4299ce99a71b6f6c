"""A lease that goes on: the next version, without a day between or twice, and its space in the same hands."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from functions.contracts.decline_contract import decline_contract
from functions.contracts.download_contract import download_contract
from functions.contracts.get_contract import get_contract
from functions.contracts.renew_contract import renew_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.expire_contracts import expire_contracts
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.start_contracts import start_contracts
from functions.leasing.start_saga import start_saga
from functions.leasing.void_contract import void_contract
from functions.reports.show_expirations import show_expirations
from functions.reports.show_occupancy import show_occupancy
from functions.reports.show_rent_roll import show_rent_roll
from shared.kit.catalog import Role
from tests.call import together
from tests.payments.lease import Lease
from tests.payments.test_follow_indexes import INDEX, publish, value
from tests.payments.test_reverse_payment import text_of


def renew(lease, user=None, key=None, **terms):
    body = {"bid_amount": 5200} | terms
    path = {"contract_id": lease.contract}
    return lease.call(renew_contract, as_=user or lease.owner, path=path, body=body, key=key)


class Renewal(Lease):
    """What a lease is renewed by, its saga driven by hand."""

    def __init__(self, lease, contract):
        self.world, self.call = lease.world, lease.call
        self.owner, self.client, self.space = lease.owner, lease.client, lease.space
        self.contract = contract
        self.input = {"contract_id": contract, "correlation_id": "saga-2"}

    def execute(self):
        self.signed().run(schedule_payments, activate_contract)
        return self


@pytest.fixture
def lease(calendar):
    """5,000 a month from 2027-02-10 to 2028-02-09."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 10), months=12, tax_percent=10)
    calendar.set("2028-01-15T08:00:00Z")
    calendar.run(start_contracts)
    return lease


def test_a_renewal_is_the_next_version_of_the_lease_from_the_day_after_its_end(lease):
    reply = renew(lease, lease.client, term_months=6, deposit_months=1)

    assert reply.status == 201
    said = ("status", "version", "start_date", "end_date", "base_rent", "tax_percent", "deposit_months", "bid_id")
    assert [reply.json[name] for name in said] == ["DRAFT", 2, "2028-02-10", "2028-08-09", 5200, 10, 1, None]
    assert reply.json["renews_contract_id"] == str(lease.contract)
    [sent] = lease.world.event_details(reply.json["id"])
    assert (sent["name"], sent["data"]["contract_id"]) == ("contract.sent", reply.json["id"])
    assert sent["name"] in start_saga.operation.hears
    read = lease.call(get_contract, as_=lease.owner, path={"contract_id": reply.json["id"]})
    assert (read.status, read.json["renews_contract_id"]) == (200, str(lease.contract))
    first = lease.call(get_contract, as_=lease.owner, path={"contract_id": lease.contract})
    assert first.json["renews_contract_id"] is None


def document_of(lease):
    return text_of(lease.call(download_contract, as_=lease.client, path={"contract_id": lease.contract}))


def test_the_document_of_a_renewal_names_the_lease_that_it_renews(lease):
    renewal = Renewal(lease, renew(lease).json["id"])
    renewal.run(render_lease)
    told = document_of(renewal)

    before = document_of(lease).removeprefix("Commercial Lease Agreement ").partition(",")[0]
    assert f"holds the Premises under lease {before} until 9 February 2028." in told
    assert f"less what {before} asks for that month." in told


@pytest.mark.parametrize("day", [1, 2, 10, 15, 29, 31])
def test_a_month_shared_by_a_lease_and_its_renewal_is_charged_once(calendar, day):
    calendar.set("2027-01-01T08:00:00Z")
    lease = calendar.lease(start=date(2027, 1, day), months=2)
    renewal = Renewal(lease, renew(lease, bid_amount=5000, term_months=2).json["id"]).execute()

    first, last = renewal.rows()[0], lease.rows()[-1]
    assert first["period_start"] == last["period_end"] + timedelta(days=1)
    shared = (first["period_start"].year, first["period_start"].month)
    if shared == (last["period_end"].year, last["period_end"].month):
        assert last["amount"] + first["amount"] == 5000
        assert first["explanation"][-1]["label"] == "Less the earlier document's line"
    assert renewal.row()["schedule_total"] == sum(row["amount"] for row in renewal.rows())


def test_the_space_passes_from_a_lease_to_its_renewal(calendar, lease):
    renewal = Renewal(lease, renew(lease).json["id"]).execute()
    assert (renewal.row()["status"], lease.space_status()) == ("SIGNED", "OCCUPIED")
    calendar.set("2028-02-09T23:59:59Z")
    calendar.run()
    assert lease.row()["status"] == "ACTIVE"

    calendar.set("2028-02-10T00:00:00Z")
    calendar.run()

    assert (lease.row()["status"], renewal.row()["status"], lease.space_status()) == ("EXPIRED", "ACTIVE", "OCCUPIED")
    calendar.set("2029-02-10T00:00:00Z")
    calendar.run()
    assert (renewal.row()["status"], lease.space_status()) == ("EXPIRED", "AVAILABLE")
    assert lease.unbalanced() == []


@pytest.mark.parametrize("jobs", [(expire_contracts, start_contracts), (start_contracts, expire_contracts)])
def test_a_renewal_starts_whichever_daily_job_runs_first(calendar, lease, jobs):
    renewal = Renewal(lease, renew(lease).json["id"]).execute()
    calendar.set("2028-02-10T00:00:00Z")
    calendar.run(*jobs)

    assert (renewal.row()["status"], lease.space_status()) == ("ACTIVE", "OCCUPIED")
    [space] = lease.world.sql("SELECT held_by_contract_id AS it FROM spaces WHERE id = %(id)s", id=lease.space)
    assert str(space["it"]) == renewal.contract


def test_a_renewal_signed_at_the_last_moment_keeps_the_space(calendar, lease):
    renewal = Renewal(lease, renew(lease).json["id"]).signed()
    calendar.set("2028-02-10T00:00:00Z")
    calendar.run()
    assert lease.space_status() == "RESERVED"

    renewal.run(schedule_payments, activate_contract)
    assert (renewal.row()["status"], lease.space_status()) == ("ACTIVE", "OCCUPIED")


def test_an_unsigned_renewal_is_cancelled_when_the_lease_ends(calendar, lease):
    renewal = Renewal(lease, renew(lease).json["id"])
    renewal.run(render_lease, request_signatures)
    calendar.set("2028-01-29T08:00:00Z")
    again = lease.row()["end_date"]
    calendar.set("2028-02-10T01:00:00Z")
    calendar.run()

    assert renewal.row()["termination_reason"]
    assert (lease.row()["status"], lease.space_status(), again) == ("EXPIRED", "AVAILABLE", date(2028, 2, 9))


@pytest.mark.parametrize("day", ["2028-02-09", "2028-02-11", "2029-02-10"])
def test_a_renewal_cannot_start_on_any_day_but_the_one_after_the_lease(lease, day):
    reply = renew(lease, start_date=day)

    assert (reply.status, reply.code, reply.fields) == (422, "WRONG_START", ["start_date"])
    assert "2028-02-10" in reply.json["error"]["details"][0]["message"]


def test_a_renewal_with_inconsistent_terms_names_the_field(lease):
    assert renew(lease, term_months=601).fields == ["term_months"]
    assert renew(lease, free_rent={"months": [13]}).fields == ["free_rent.months.0"]
    assert renew(lease, contract_type="SALE").fields == ["contract_type"]
    assert renew(lease, bid_amount=0).fields == ["bid_amount"]
    assert renew(lease, rent=1).fields == ["rent"]


def test_a_lease_is_renewed_once(lease):
    replies = together([lambda: renew(lease)] * 6)
    assert sorted(reply.status for reply in replies) == [201] + [409] * 5
    assert {reply.code for reply in replies if reply.status == 409} == {"NOT_RENEWABLE"}
    assert lease.terminate("2028-02-01").code == "IS_RENEWED"


def test_a_renewal_that_was_declined_can_be_proposed_again(lease):
    first = Renewal(lease, renew(lease).json["id"])
    first.run(render_lease, request_signatures)
    path = {"contract_id": first.contract}
    body = {"reason": "Too dear"}
    assert lease.call(decline_contract, as_=lease.client, path=path, body=body).status == 200
    first.run(void_contract)

    assert (first.row()["status"], lease.space_status()) == ("TERMINATED", "OCCUPIED")
    assert renew(lease, bid_amount=4900).status == 201


def test_a_renewal_is_renewed_like_a_lease(calendar, lease):
    second = Renewal(lease, renew(lease, term_months=1).json["id"]).execute()
    third = renew(second, term_months=1)

    assert [third.json[name] for name in ("version", "start_date")] == [3, "2028-03-10"]


def test_a_renewal_continues_from_the_index_values_known_when_it_was_proposed(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 1, 16), months=24, escalation=INDEX)
    publish(lease.owner, value("2028-01-10", "110.5"))
    calendar.run()
    renewal = Renewal(lease, renew(lease, bid_amount=Decimal("5229.53"), term_months=1).json["id"])
    # What is published later changes the lease, and not what was signed.
    publish(lease.owner, value("2028-01-10", "120"))
    renewal.execute()

    # January 2029 at 5,229.53: fifteen days are the lease's.
    assert renewal.rows()[0]["amount"] == Decimal("5229.53") - Decimal("2530.42")


def test_only_an_active_lease_can_be_renewed(calendar, lease, world):
    assert renew(lease, lease.world.owner()).status == 404
    assert renew(lease, lease.world.colleague(lease.owner, Role.AGENT)).status == 403
    draft = Renewal(lease, renew(lease).json["id"])
    assert renew(draft).code == "NOT_RENEWABLE"
    calendar.set("2027-01-05T08:00:00Z")
    other = calendar.lease(start=date(2027, 2, 1), months=12)
    other.terminate("2027-06-01")
    assert renew(other).code == "NOT_RENEWABLE"
    once, twice = (renew(draft, key="again") for _ in range(2))
    assert once.status == twice.status == 409


def reported(lease, as_of=None):
    """The rent roll's row, WALT and the year of the expiration, as they see the lease's space."""
    query = {"as_of": as_of} if as_of else None
    [row] = [
        one
        for one in lease.call(show_rent_roll, as_=lease.owner, query=query).json["data"]
        if one["space_id"] == str(lease.space)
    ]
    occupancy = lease.call(show_occupancy, as_=lease.owner, query=query).json["totals"]["currencies"][0]
    years = [one["year"] for one in lease.call(show_expirations, as_=lease.owner, query=query).json["data"]]
    return row, occupancy["walt_years"], years


def test_reports_follow_the_last_signed_renewal(calendar, lease):
    """A lease to 2028-02-09, renewed to 2029-02-09 at 5,200 and to 2029-08-09 at 5,400."""
    proposed = renew(lease)
    row, walt, years = reported(lease)
    assert [row["expiry"], row["months_left"], walt, years] == ["2028-02-09", 0, Decimal("0.07"), [2028]]

    first = Renewal(lease, proposed.json["id"]).execute()
    second = Renewal(first, renew(first, term_months=6, bid_amount=5400).json["id"]).execute()

    row, walt, years = reported(lease)
    assert [row["contract_id"], row["expiry"], row["current_term_end"], row["months_left"]] == [
        str(lease.contract),
        "2029-08-09",
        "2028-02-09",
        18,
    ]
    assert (row["monthly_rent"], row["next_step_date"], row["next_step_rent"]) == (5000, "2028-02-10", 5200)
    # From 2028-01-15 to 2029-08-09 there are 572 days.
    assert (walt, years) == (Decimal("1.57"), [2029])
    row, _, _ = reported(lease, "2028-03-01")
    assert [row["contract_id"], row["current_term_end"], row["next_step_date"], row["next_step_rent"]] == [
        str(first.contract),
        "2029-02-09",
        "2029-02-10",
        5400,
    ]
    row, _, _ = reported(lease, "2029-03-01")
    assert [row["contract_id"], row["expiry"], row["current_term_end"], row["next_step_date"]] == [
        str(second.contract),
        "2029-08-09",
        "2029-08-09",
        None,
    ]
    # As it was known then.
    assert reported(lease, "2028-01-14")[0]["expiry"] == "2028-02-09"


def test_a_renewal_at_the_same_rent_is_no_step(calendar, lease):
    Renewal(lease, renew(lease, bid_amount=5000).json["id"]).execute()

    assert reported(lease)[0]["next_step_date"] is None


def test_a_step_of_the_lease_comes_before_its_renewal(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=24, escalation={"kind": "COMPOUND", "percent": 3})
    lease.world.sql("UPDATE contracts SET schedule_total = 121800 WHERE id = %(id)s", id=lease.contract)
    calendar.set("2027-06-01T08:00:00Z")
    calendar.run(start_contracts)
    Renewal(lease, renew(lease, bid_amount=6000).json["id"]).execute()

    row = reported(lease)[0]
    assert [row[name] for name in ("next_step_date", "next_step_rent")] == ["2028-02-01", 5150]
    row = reported(lease, "2028-03-01")[0]
    assert [row[name] for name in ("next_step_date", "next_step_rent", "expiry")] == ["2029-02-01", 6000, "2030-01-31"]
