"""The first administrator is made by an operator, of somebody who has registered."""

import pytest

from functions.admin.make_administrator import make_administrator
from shared.kit import catalog


def test_whoever_has_registered_becomes_one(world):
    user = world.client()

    assert make_administrator({"email": user.email.upper()}, None) == {"id": str(user.id), "role": "SUPER_ADMIN"}

    [row] = world.audits(user.id)
    assert (row["action"], row["operation"], row["after"]["role"]) == (
        "user.role_changed",
        "make_administrator",
        "SUPER_ADMIN",
    )


@pytest.mark.parametrize("change", ["status = 'SUSPENDED'", "deleted_at = now()"])
def test_nobody_else_does(world, change):
    user = world.client()
    world.sql(f"UPDATE users SET {change} WHERE id = %(id)s", id=user.id)

    with pytest.raises(ValueError, match="register first"):
        make_administrator({"email": user.email}, None)


@pytest.mark.parametrize("event", [{}, {"email": ""}, {"email": 1}])
def test_it_asks_whom(event):
    with pytest.raises(ValueError, match="Name the user"):
        make_administrator(event, None)


def test_no_door_leads_to_it():
    [operation] = [one for one in catalog.load() if one.name == "make_administrator"]

    assert (operation.kind, operation.path, operation.socket, operation.hears) == ("operator", None, None, ())
