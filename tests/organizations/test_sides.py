"""On which side of a deal each role stands, and what that confines it to."""

from uuid import UUID

import pytest

from shared.kit.catalog import Role
from shared.kit.request import Caller
from shared.organizations.sides import creditor_sides, sides_of, signing_sides

OWN = UUID(int=1)
ALONE = {
    Role.OWNER: "owner_side",
    Role.AGENT: "owner_side",
    Role.CLIENT: "client_side",
    Role.BROKER: "broker_side",
    Role.FINANCIAL_OFFICER: "either_side",
    Role.CONTRACTOR: "either_side",
}


def caller(role: Role) -> Caller:
    return Caller(user_id=UUID(int=2), organization_id=OWN, role=role, session_id=UUID(int=3), email_verified=True)


def confined(sides: dict[str, UUID | None]) -> list[str]:
    assert set(sides.values()) <= {OWN, None}
    return [side for side, organization in sides.items() if organization]


@pytest.mark.parametrize("role", Role)
def test_every_role_except_staff_sees_only_its_organization(role):
    expected = [] if role in (Role.SUPPORT, Role.SUPER_ADMIN) else [ALONE[role]]

    assert confined(sides_of(caller(role))) == expected


def test_a_broker_signs_for_its_own_organization_only():
    assert confined(signing_sides(caller(Role.BROKER))) == ["client_side"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.BROKER])
def test_every_other_role_signs_for_its_own_side(role):
    assert signing_sides(caller(role)) == sides_of(caller(role))


def test_a_financial_officer_settles_only_what_is_owed_to_its_organization():
    assert confined(creditor_sides(caller(Role.FINANCIAL_OFFICER))) == ["owner_side"]


@pytest.mark.parametrize("role", [Role.OWNER, Role.CLIENT, Role.BROKER, Role.SUPER_ADMIN])
def test_sides_of_other_roles_are_the_same_where_money_is_settled(role):
    assert creditor_sides(caller(role)) == sides_of(caller(role))
