"""A day that is none is refused by its name, in every field that takes one (quality 58)."""

import pytest

from functions.payments.list_payments import list_payments
from functions.users.update_profile import update_profile
from tests.call import call
from tests.fuzz.places import Place, places

PLACES = places(lambda place: place.is_a(format="date"))
NO_DAYS = [
    "0000-01-01",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "1899-12-31",
    "2201-01-01",
    "2027-02-29",
    "2026-02-30",
]
NO_DAYS += ["2026-13-01", "infinity", "-infinity", "now", "today", "epoch", "2026-1-1", "20260101", "2026-W01-1", "1.5"]
NO_DAYS += [
    "2026-01-01T00:00:00Z",
    "2026-01-01 BC",
    " 2026-01-01",
    "2026-01-01\\n",
    "+2026-01-01",
    "12026-01-01",
    "",
    "٢٠٢٦-٠١-٠١",
]
NO_TEXT = ["20260101", "true", "1767225600", "[]", '{"year": 2026}']


def test_the_date_tests_cover_bodies_and_queries():
    assert {"place_bid-start_date", "list_payments-due_date_from"} <= {str(place) for place in PLACES}


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_an_invalid_date_is_refused_with_its_field(place: Place, anybody, leaves_no_trace):
    for value in NO_DAYS if place.is_query else [f'"{day}"' for day in NO_DAYS] + NO_TEXT:
        reply = place.send(anybody, value)

        assert (reply.status, reply.fields) == (400, [place.field]), value


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_leap_day_is_a_valid_date(place: Place, anybody):
    reply = place.send(anybody, "2024-02-29" if place.is_query else '"2024-02-29"')

    # What it is compared with may be later.
    is_compared = "must not be before" in str(reply.body)
    assert reply.status < 300 or place.field not in reply.fields or reply.status == 422 or is_compared, reply.body


def test_a_date_range_that_ends_before_it_begins_is_refused(world):
    range = {"due_date_from": "2026-02-02", "due_date_to": "2026-02-01"}

    reply = call(list_payments, as_=world.client(), query=range)

    assert (reply.status, reply.fields) == (400, ["due_date_to"])


@pytest.mark.parametrize("expiry", ["2026-02-02", "2026-02-01"])
def test_a_certificate_that_expires_before_its_issue_is_refused(world, expiry):
    user = world.owner()
    certificate = {"name": "LEED", "issue_date": "2026-02-02", "expiry_date": expiry}

    reply = call(update_profile, as_=user, body={"certifications": [certificate]})

    assert (reply.status, reply.fields) == (400, ["certifications.0.expiry_date"])
    assert world.events(user.id) == []
