"""Feature flags: whom they are on for, who keeps them, and what asking costs."""

import time
from typing import Any
from uuid import UUID

import pytest

from functions.bids.list_bids import list_bids
from functions.flags.change_flag import change_flag
from functions.flags.delete_flag import delete_flag
from functions.flags.list_flags import list_flags
from functions.flags.show_flags import show_flags
from shared.flags import flags
from shared.flags.rules import is_on, place_of
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from shared.kit.request import Caller, Request, begin, current


@pytest.fixture(autouse=True)
def cold(world):
    """No flags, and a function that has just started."""
    world.sql("DELETE FROM flags")
    flags._kept = 0.0, {}


def put(call, admin, name="new_ui", **change: Any):
    body = {"description": "The new floor plans", "enabled": True} | change
    return call(change_flag, as_=admin, path={"name": name}, body=body)


def seen(call, user):
    return call(show_flags, as_=user).json["data"]


def caller(user_id: UUID | None = None, role: Role = Role.OWNER, organization_id: UUID | None = None) -> Caller:
    return Caller(user_id or new_id(), organization_id or new_id(), role, new_id())


def flag(**limits: Any) -> dict[str, Any]:
    none = dict.fromkeys(("roles", "organization_ids", "user_ids", "rollout_percent"))
    return {"name": "new_ui", "enabled": True} | none | limits


def test_a_flag_without_limits_is_on_for_everybody_and_one_that_is_not_enabled_for_nobody(world, call):
    admin = world.user(Role.SUPER_ADMIN)
    assert put(call, admin).status == 200
    assert put(call, admin, "old_ui", enabled=False, user_ids=[str(admin.id)]).status == 200

    assert seen(call, world.client()) == {"new_ui": True, "old_ui": False}
    assert seen(call, admin) == {"new_ui": True, "old_ui": False}


def test_an_unknown_flag_is_off():
    assert is_on(None, caller()) is False


@pytest.mark.parametrize(
    ("limits", "who", "is_admitted"),
    [
        ({"roles": ["OWNER"]}, {"role": Role.OWNER}, True),
        ({"roles": ["OWNER"]}, {"role": Role.CLIENT}, False),
        ({"roles": []}, {"role": Role.OWNER}, False),
        ({"organization_ids": [UUID(int=1)]}, {"organization_id": UUID(int=1)}, True),
        ({"organization_ids": [UUID(int=1)]}, {"organization_id": UUID(int=2)}, False),
        ({"roles": ["CLIENT"], "organization_ids": [UUID(int=1)]}, {"organization_id": UUID(int=1)}, False),
        ({"user_ids": [UUID(int=1)]}, {"user_id": UUID(int=1)}, True),
        ({"user_ids": [UUID(int=1)]}, {"user_id": UUID(int=2)}, False),
        ({"user_ids": [UUID(int=1)], "rollout_percent": 0}, {"user_id": UUID(int=1)}, True),
        ({"user_ids": [UUID(int=1)], "roles": ["OWNER"]}, {"user_id": UUID(int=2)}, True),
        ({"rollout_percent": 100}, {}, True),
        ({"rollout_percent": 0}, {}, False),
        ({"roles": ["CLIENT"], "rollout_percent": 100}, {"role": Role.OWNER}, False),
    ],
)
def test_users_are_named_or_admitted_by_every_limit(limits, who, is_admitted):
    assert is_on(flag(**limits), caller(**who)) is is_admitted


def test_a_user_keeps_their_side_of_a_rollout_and_a_larger_one_only_adds_users():
    people = [UUID(int=number) for number in range(2000)]

    def admitted(percent: int) -> set[UUID]:
        return {one for one in people if is_on(flag(rollout_percent=percent), caller(user_id=one))}

    shares = [admitted(percent) for percent in (0, 10, 50, 90, 100)]

    assert [admitted(percent) for percent in (0, 10, 50, 90, 100)] == shares
    assert all(smaller < larger for smaller, larger in zip(shares, shares[1:], strict=False))
    assert 140 < len(shares[1]) < 260
    assert len(shares[4]) == len(people)
    # Not the same people try every new thing first.
    assert {place_of("new_ui", one) for one in people} == set(range(100))
    assert sum(place_of("new_ui", one) == place_of("old_ui", one) for one in people) < 60


def test_only_a_super_admin_keeps_flags(world, call):
    for user in (world.owner(), world.client(), world.user(Role.SUPPORT)):
        assert put(call, user).status == 403
        assert call(delete_flag, as_=user, path={"name": "new_ui"}).status == 403
    assert call(list_flags, as_=world.owner()).status == 403


def test_a_flag_is_changed_whole_listed_and_deleted_with_an_audit_row_each(world, call):
    admin = world.user(Role.SUPER_ADMIN)
    organization = str(world.owner().organization_id)
    assert put(call, admin, organization_ids=[organization], rollout_percent=30).status == 200
    changed = put(call, admin, roles=["OWNER"], description="Plans")

    assert (changed.status, changed.json["organization_ids"], changed.json["rollout_percent"]) == (200, None, None)
    assert call(list_flags, as_=admin).json["data"] == [changed.json]
    assert call(delete_flag, as_=admin, path={"name": "new_ui"}).status == 204
    assert call(delete_flag, as_=admin, path={"name": "new_ui"}).status == 404
    assert seen(call, admin) == {}
    rows = world.sql(
        "SELECT action, before, after FROM audit_logs WHERE user_id = %(id)s AND action LIKE 'flag.%%' ORDER BY id",
        id=admin.id,
    )
    assert [row["action"] for row in rows] == ["flag.changed", "flag.changed", "flag.deleted"]
    assert (rows[1]["before"]["rollout_percent"], rows[1]["after"]["roles"]) == (30, ["OWNER"])


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("New_UI", {}, "name"),
        ("1st", {}, "name"),
        ("x" * 64, {}, "name"),
        ("new_ui", {"rollout_percent": 101}, "rollout_percent"),
        ("new_ui", {"roles": ["KING"]}, "roles.0"),
        ("new_ui", {"roles": ["OWNER", "OWNER"]}, "roles"),
        ("new_ui", {"user_ids": ["me"]}, "user_ids.0"),
        ("new_ui", {"enabled": "true"}, "enabled"),
        ("new_ui", {"description": ""}, "description"),
    ],
)
def test_what_no_flag_can_be_is_refused_by_its_field(world, call, name, change, field):
    reply = put(call, world.user(Role.SUPER_ADMIN), name, **change)

    assert (reply.status, reply.fields) == (400, [field])


def test_asking_costs_a_warm_function_nothing_and_a_change_is_seen_within_a_minute(world, call, monkeypatch):
    admin, owner = world.user(Role.SUPER_ADMIN), world.owner()
    assert put(call, admin).status == 200
    asking = Caller(owner.id, owner.organization_id, owner.role, new_id())
    now = time.monotonic()
    monkeypatch.setattr(flags.time, "monotonic", lambda: now)
    begin(Request(list_bids.operation, "-"))

    assert flags.is_enabled("new_ui", asking)
    asked = round_trips()
    assert asked == 1
    for _ in range(100):
        assert flags.is_enabled("new_ui", asking)
        assert not flags.is_enabled("no_such_flag", asking)
    assert round_trips() == asked

    assert put(call, admin, enabled=False).status == 200
    begin(Request(list_bids.operation, "-"))
    assert flags.SECONDS <= 60
    now += flags.SECONDS
    assert not flags.is_enabled("new_ui", asking)


def round_trips() -> int:
    return sum(len(values) for (name, *_), values in current().measures.items() if name == "QueryDuration")
