"""What looks like SQL, a pattern or a cursor of ours is refused, or is only text (quality 59).

Cursors are signed, and bound to their list with its filters and its sort: every list of the catalog.
"""

import base64
import importlib
import random
from typing import Any

import pytest

from functions.admin.list_audit_logs import list_audit_logs
from functions.admin.list_users import list_users
from functions.search.search_spaces import search_spaces
from shared.kit.catalog import Role
from shared.kit.paging import Paged
from tests.architecture.test_hidden_rows import LISTS, READ_BY, Market
from tests.call import call, other_id
from tests.fuzz.places import Place, places

SQL = [
    "' OR 1=1 --",
    "'; DROP TABLE bids; --",
    "1; SELECT pg_advisory_lock(59) --",
    "%",
    "_",
    "%%' UNION SELECT 1",
    "\\",
    "$1",
    "%(x)s",
]
OTHERS: dict[str, dict[str, Any]] = {
    "list_audit_logs": {"from": "1999-01-01"},
    "list_bids": {"status": "APPROVED"},
    "list_buildings": {"owner_id": other_id()},
    "list_contractors": {"min_rating": "1"},
    "list_contracts": {"status": "SIGNED"},
    "list_conversations": {"unread": "true"},
    "list_deliveries": {"status": "PARKED"},
    "list_exports": {"status": "FAILED"},
    "list_imports": {"organization_id": other_id()},
    "list_integration_log": {"status": "SENT"},
    "list_integration_targets": {"kind": "CUSTOMER"},
    "list_invoices": {"kind": "CREDIT_NOTE"},
    "list_maintenance_plans": {"building_id": other_id()},
    "list_messages": {"after": other_id()},
    "list_notifications": {"unread": "true"},
    "list_tickets": {"sort": "due"},
    "list_payments": {"due_date_to": "2199-01-01"},
    "search_spaces": {"sort": "sqft_desc"},
    "show_import_report": {"failed_rows": "true"},
}
"""List → a filter, or a sort, that its first page was read without."""
LABELS = {"action", "amenities", "city", "q", "resource_type", "trade"}
"""Filters that take any text; SQL is no more than that."""


@pytest.fixture(scope="module")
def market(_world):
    return Market(_world)


def read(market: Market, name: str, **query: Any) -> Any:
    endpoint = getattr(importlib.import_module(LISTS[name].module), name)
    ids = {"building_id": market.building, "import_id": market.imports[0], "webhook_id": market.webhook, **market.said}
    ids["provider"] = "quickbooks"
    path = {one: ids[one] for one in endpoint.path_names} or None
    role = next(iter(READ_BY[name]))
    return call(endpoint, as_=market.people[role], path=path, query={"limit": 1} | READ_BY[name][role] | query)


def cursor_of(market: Market, name: str) -> str:
    reply = read(market, name)
    assert reply.json["meta"]["has_more"], name
    return str(reply.json["meta"]["cursor"])


def altered(cursor: str) -> dict[str, str]:
    """Cursors that nobody was given."""
    sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    dice = random.Random(59)  # noqa: S311 (no secret: the same cursors each time)
    flipped = {
        f"bit {bit} flipped": bytes(byte ^ (1 << bit % 8) if at == bit // 8 else byte for at, byte in enumerate(sealed))
        for bit in dice.sample(range(len(sealed) * 8), 60)
    }
    made = flipped | {
        "without its last byte": sealed[:-1],
        "with one byte more": sealed + b" ",
        "without its seal": sealed[16:],
        "the seal alone": sealed[:16],
        "another seal": bytes(16) + sealed[16:],
        "no key in it": sealed[:16] + b"[]",
        "SQL in it": sealed[:16] + b'["\'; DROP TABLE bids; --"]',
        "nothing": b"",
    }
    encoded = {what: base64.urlsafe_b64encode(one).decode().rstrip("=") for what, one in made.items()}
    # The last sign of base64 has bits that nothing is made of.
    twin = next(
        sign for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" if sign != cursor[-1]
    )
    return (
        encoded
        | {
            "another last sign": cursor[:-1] + twin,
            "padded": cursor + "=",
            "signs between that base64 skips": "!".join(cursor),
            "a line break behind it": cursor + "\n",
            "the other alphabet": cursor.replace("-", "+").replace("_", "/") + "+",
            "no ASCII": cursor + "ü",
            "too long": cursor * 40,
            "twice": f"{cursor},{cursor}",
        }
        | dict(zip(SQL, SQL, strict=True))
    )


@pytest.mark.parametrize("name", LISTS)
def test_an_altered_cursor_is_refused(name, market):
    for what, cursor in altered(cursor_of(market, name)).items():
        reply = read(market, name, cursor=cursor)

        assert (reply.status, reply.fields) == (400, ["cursor"]), what


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_of_another_list_is_refused(name, market):
    cursor = cursor_of(market, name)
    for other in LISTS:
        reply = read(market, other, cursor=cursor)

        assert (reply.status == 200) == (other == name), other
        assert reply.status == 200 or (reply.status, reply.fields) == (400, ["cursor"])


@pytest.mark.parametrize("name", OTHERS)
def test_a_cursor_with_other_filters_or_another_sort_is_refused(name, market):
    cursor = cursor_of(market, name)

    reply = read(market, name, cursor=cursor, **OTHERS[name])

    assert (reply.status, reply.fields) == (400, ["cursor"])


def test_every_list_with_filters_is_among_the_cursor_tests():
    filtered = {
        name
        for name, operation in LISTS.items()
        for kind in operation.function.__annotations__.values()
        if isinstance(kind, type) and issubclass(kind, Paged) and set(kind.model_fields) > set(Paged.model_fields)
    }
    # The rent roll has its own: tests/reports/test_show_rent_roll.py.
    assert filtered - {"show_rent_roll"} == set(OTHERS)


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_works_with_another_limit(name, market):
    first = read(market, name).json
    wide = read(market, name, limit=2).json["data"]

    assert read(market, name, limit=1, cursor=first["meta"]["cursor"]).json["data"] == wide[1:]


@pytest.mark.parametrize(
    "place", [place for place in places(lambda place: place.is_query) if place.field not in LABELS], ids=str
)
def test_sql_as_a_query_parameter_is_refused(place: Place, anybody, leaves_no_trace):
    for value in SQL:
        reply = place.send(anybody, value)

        assert (reply.status, reply.fields) == (400, [place.field]), value


def test_sql_and_like_patterns_are_plain_text_in_a_search(world):
    owner = world.owner()
    for label in [*SQL, "wifi"]:
        world.space(owner, amenities=f'["{label}"]'.replace("\\", "\\\\"))
    for label in SQL:
        found = call(search_spaces, as_=owner, query={"amenities": label, "limit": 100}).json["data"]

        assert found
        assert {tuple(space["amenities"]) for space in found} == {(label,)}
    # It would be held on to until its connection ends.
    assert world.sql("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 59") == []


@pytest.mark.parametrize("endpoint, field", [(list_users, "q"), (list_audit_logs, "action")])
def test_sql_and_like_patterns_are_plain_text_in_a_search_for_users(endpoint, field, world):
    for value in SQL:
        found = call(endpoint, as_=world.user(Role.SUPER_ADMIN), query={field: value})

        assert found.status == 200
        assert all(value in str(row) for row in found.json["data"]), value


@pytest.mark.parametrize("where", ["'; DROP TABLE bids; --", "' OR '1'='1", "%", "../../etc/passwd", "\x00"])
def test_sql_as_an_id_in_a_path_is_refused(where, world):
    from functions.bids.get_bid import get_bid

    reply = call(get_bid, as_=world.user(Role.SUPER_ADMIN), path={"bid_id": where})

    assert (reply.status, reply.code) == (404, "NOT_FOUND")
