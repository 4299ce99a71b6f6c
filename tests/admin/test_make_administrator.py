"""The first administrator is made by an operator, of somebody who has registered."""

import pytest

from functions.admin.make_administrator import make_administrator
from shared.kit import catalog


def test_a_registered_user_can_be_made_an_administrator(world):
    user = world.client()

    assert make_administrator({"email": user.email.upper()}, None) == {"id": str(user.id), "role": "SUPER_ADMIN"}

    [row] = world.audits(user.id)
    assert (row["action"], row["operation"], row["after"]["role"]) == (
        "user.role_changed",
        "make_administrator",
        "SUPER_ADMIN",
    )


@pytest.mark.parametrize("change", ["status = 'SUSPENDED'", "deleted_at = now()"])
def test_a_user_without_an_active_account_cannot_be_made_an_administrator(world, change):
    user = world.client()
    world.sql(f"UPDATE users SET {change} WHERE id = %(id)s", id=user.id)

    with pytest.raises(ValueError, match="register first"):
        make_administrator({"email": user.email}, None)


@pytest.mark.parametrize("event", [{}, {"email": ""}, {"email": 1}])
def test_make_administrator_requires_an_address(event):
    with pytest.raises(ValueError, match="Name the user"):
        make_administrator(event, None)


def test_no_route_leads_to_make_administrator():
    [operation] = [one for one in catalog.load() if one.name == "make_administrator"]

    assert operation.kind == "operator"
