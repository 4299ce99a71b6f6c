"""Both sides are told in time that a lease ends."""

from datetime import date

import pytest

from functions.contracts.set_holdover import set_holdover
from functions.leasing.announce_ends import announce_ends
from functions.notifications.compose_mail import compose_mail
from functions.notifications.list_notifications import list_notifications
from functions.notifications.notify_people import notify_people
from tests.auth.mailbox import mails
from tests.call import invoke
from tests.scenarios.test_lease_is_renewed import renew


@pytest.fixture
def lease(calendar):
    """5,000 a month from 2027-02-01 to 2028-01-31, in New York; executed the day before it starts."""
    calendar.set("2027-01-31T17:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12, timezone="America/New_York")
    calendar.set("2027-02-01T17:00:00Z")
    calendar.run()
    return lease


def announced(lease):
    events = lease.world.event_details(lease.contract)
    return [event["data"]["days_until_end"] for event in events if event["name"] == "contract.ending"]


def on(calendar, moment):
    calendar.set(moment)
    announce_ends({}, None)


def test_the_end_is_announced_four_times_by_the_clock_of_the_building(calendar, lease):
    # 180 days before 2028-01-31 is 2027-08-04; it begins in New York at 04:00 UTC.
    on(calendar, "2027-08-04T03:59:59Z")
    assert announced(lease) == []

    on(calendar, "2027-08-04T04:00:00Z")
    on(calendar, "2027-08-05T04:00:00Z")
    assert announced(lease) == [180]

    for moment in ("2027-11-02", "2027-12-02", "2028-01-01", "2028-01-31"):
        on(calendar, f"{moment}T12:00:00Z")
    assert announced(lease) == [180, 90, 60, 30]


def test_of_several_that_were_missed_only_the_latest_is_made(calendar, lease):
    on(calendar, "2027-12-10T12:00:00Z")
    on(calendar, "2027-12-11T12:00:00Z")

    assert announced(lease) == [52]


def test_a_short_lease_is_not_announced_before_it_was_executed(calendar):
    calendar.set("2027-01-31T17:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=2)
    calendar.set("2027-02-01T17:00:00Z")
    calendar.run()

    on(calendar, "2027-02-02T12:00:00Z")
    assert announced(lease) == []

    on(calendar, "2027-03-01T12:00:00Z")
    assert announced(lease) == [30]


def test_a_lease_that_is_renewed_or_goes_on_or_ends_early_is_not_announced(calendar, lease):
    renewed, lasting, ending = (calendar.lease(start=date(2027, 2, 1), months=12) for _ in range(3))
    calendar.run()
    calendar.set("2027-08-01T12:00:00Z")
    assert renew(renewed).status == 201
    path = {"contract_id": lasting.contract}
    assert lasting.call(set_holdover, as_=lasting.owner, path=path, body={"percent": 150}).status == 200
    assert ending.terminate("2027-10-01").status == 200

    on(calendar, "2027-11-02T12:00:00Z")

    assert [announced(one) for one in (lease, renewed, lasting, ending)] == [[90], [], [], []]


def test_both_sides_read_of_it_and_are_mailed_the_way_to_a_renewal(calendar, lease):
    on(calendar, "2027-11-02T12:00:00Z")
    [event] = [one for one in lease.world.event_details(lease.contract) if one["name"] == "contract.ending"]

    assert invoke(notify_people, event) == invoke(compose_mail, event) == []

    written = {mail["to"]: mail["text"] for mail in mails()}
    for person, whose in ((lease.owner, "The"), (lease.client, "Your")):
        newest = lease.call(list_notifications, as_=person).json["data"][0]
        assert newest["message"].startswith(f"{whose} lease for ")
        assert newest["message"].endswith(" ends on 31 January 2028")
        assert newest["params"]["days_until_end"] == 90
        assert "ends on 31 January 2028, in 90 days." in written[person.email]
        assert f"/contracts/{lease.contract}/renew" in written[person.email]
