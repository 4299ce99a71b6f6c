"""What is wrong with a field is said in plain words, with a code, wherever Pydantic found it."""

from typing import Any

import pytest

from functions.bids.place_bid import place_bid
from shared.auth.models import EnableSecondFactor
from shared.bids.offer import Offer
from shared.contracts.models import Declining, Signing
from shared.kit import catalog, wire
from shared.kit.binding import validate
from shared.kit.fields import Body, Query
from shared.kit.paging import Paged
from shared.payments.models import Recording
from shared.payments.published import Publishing
from shared.spaces.models import NewSpace, SpaceChanges
from shared.terms.offered import FreeRent
from shared.users.models import ProfileChanges

ODD: list[Any] = [
    "",
    "x" * 10_000,
    "\x00",
    "\ud800",
    -1,
    0,
    10**12,
    wire.load("0.123456789"),
    True,
    None,
    [],
    [1] * 1000,
    {},
    {"x": 1},
]
MODELS = sorted(
    {
        kind
        for operation in catalog.load()
        for kind in operation.function.__annotations__.values()
        if isinstance(kind, type) and issubclass(kind, Body | Query)
    },
    key=lambda kind: kind.__qualname__,
)


@pytest.mark.parametrize(
    ("model", "given", "field", "code", "sentence"),
    [
        (Paged, {"limit": "0"}, "limit", "TOO_SMALL", "must be between 1 and 100"),
        (Paged, {"limit": "101"}, "limit", "TOO_LARGE", "must be between 1 and 100"),
        (ProfileChanges, {"bio": "x" * 2001}, "bio", "TOO_LONG", "must be at most 2,000 characters"),
        (
            ProfileChanges,
            {"website": "ftp://x"},
            "website",
            "WRONG_FORMAT",
            "must be a web address that starts with http:// or https://",
        ),
        (Declining, {"reason": ""}, "reason", "TOO_SHORT", "must not be empty"),
        (Declining, {}, "reason", "REQUIRED", "is required"),
        (Declining, {"reason": "No", "why": 1}, "why", "UNKNOWN", "is not a known field"),
        (Declining, {"reason": 5}, "reason", "WRONG_TYPE", "must be a string"),
        (Signing, {"signature": "A", "consent": False}, "consent", "NOT_A_CHOICE", "must be true"),
        (EnableSecondFactor, {"code": "12"}, "code", "WRONG_FORMAT", "must be six digits"),
        (
            Recording,
            {"paid_date": "2026-01-15", "payment_method": "cash"},
            "payment_method",
            "NOT_A_CHOICE",
            "must be bank_transfer, cheque or external_gateway",
        ),
        (
            Recording,
            {"paid_date": "15.1.26", "payment_method": "cheque"},
            "paid_date",
            "WRONG_FORMAT",
            "must be a date in the format YYYY-MM-DD",
        ),
        (Publishing, {"values": []}, "values", "TOO_SHORT", "must not be empty"),
        (
            Publishing,
            {"values": [{"date": "2026-01-15", "value": wire.load("1.2345678")}]},
            "values.0.value",
            "WRONG_FORMAT",
            "must have at most 6 decimals",
        ),
        (FreeRent, {"months": [1] * 601}, "months", "TOO_LONG", "must have at most 600 items"),
        (
            SpaceChanges,
            {"usable_sqft": wire.load("100000000.5")},
            "usable_sqft",
            "TOO_LARGE",
            "must be between 0 and 99,999,999.99",
        ),
        (SpaceChanges, {"is_leasable": 1}, "is_leasable", "WRONG_TYPE", "must be true or false"),
        (SpaceChanges, {"images": "x"}, "images", "WRONG_TYPE", "must be an array"),
        (Offer, {"free_rent": 1}, "free_rent", "WRONG_TYPE", "must be an object"),
        (
            NewSpace,
            {"currency": "XXX"},
            "currency",
            "NOT_A_CHOICE",
            "must be an ISO 4217 code with two decimals or none, such as USD",
        ),
    ],
)
def test_a_wrong_field_is_told_in_plain_words_with_a_code(model, given, field, code, sentence):
    _, details = validate(model, given)

    assert {"field": field, "code": code, "message": sentence} in details


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__qualname__)
def test_no_request_is_answered_in_the_words_of_pydantic(model):
    for value in ODD:
        given = {field.alias or name: value for name, field in model.model_fields.items()}
        _, details = validate(model, given)

        for detail in details:
            assert detail["message"].startswith(("must ", "is ")), detail
            assert not {"Input", "String", "List", "pydantic", "dictionary", "instance"} & set(
                detail["message"].split()
            )


def test_an_answer_carries_the_code_of_each_field(world, call):
    reply = call(place_bid, as_=world.client(), body={"space_id": "x", "bid_amount": 0})

    assert [(one["field"], one["code"]) for one in reply.json["error"]["details"]] == [
        ("space_id", "WRONG_FORMAT"),
        ("bid_amount", "TOO_SMALL"),
    ]
