"""Money that is none is refused by its name, in every money field of every operation (quality 55)."""

import pytest

from tests.fuzz.places import Place, places

# The percentage of a holdover, and a number of stars, have bounds of their own.
PLACES = places(
    lambda place: place.is_a(**{"x-decimals": 2}) and not place.is_a(minimum=100) and not place.is_a(maximum=5)
)
NO_MONEY = ["-1", "0.001", "1e2", '"1e2"', '"5"', '" 5 "', '"1_000"', '"١٢"', "NaN", "Infinity", "-Infinity", "true"]
NO_MONEY += [
    "1000000000000",
    "10000000000",
    "9" * 5000,
    "1e99999999999999999999",
    "1e-400",
    "0." + "1" * 300,
    "[1]",
    '{"a": 1}',
]
ASKED = [
    "-1",
    "0.001",
    "1e2",
    " 5 ",
    "+5",
    "1_000",
    "١٢",
    "NaN",
    "Infinity",
    "true",
    "1000000000000",
    "10000000000",
    "9" * 5000,
    "",
]


def test_the_money_tests_cover_bodies_and_queries():
    assert {"place_bid-bid_amount", "record_payment-amount", "search_spaces-max_price"} <= {str(one) for one in PLACES}


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_an_invalid_amount_is_refused_with_its_field(place: Place, anybody, leaves_no_trace):
    for value in ASKED if place.is_query else NO_MONEY:
        reply = place.send(anybody, value)

        assert (reply.status, reply.fields) == (400, [place.field]), value[:50]


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_valid_amounts_are_accepted_in_every_field(place: Place, anybody):
    for value in ("1", "9.5", "9.50"):
        reply = place.send(anybody, value)

        assert reply.status < 300 or place.field not in reply.fields, (value, reply.body)
