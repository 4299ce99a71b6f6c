"""Whose side a caller stands on in the inventory: everybody sees what is listed, the owner's side all of it."""

from typing import TypedDict
from uuid import UUID

from shared.kit.request import Caller
from shared.organizations.sides import EVERY_SIDE, sides_of

INVENTORY_CHANGES = (
    "bid.approved",
    "building",
    "contract.activated",
    "contract.expired",
    "contract.sent",
    "contract.space_released",
    "contract.started",
    "contract.terminated",
    "floor",
    "import",
    "member",
    "space",
    "user.deleted",
)
"""Events, and nouns of events, that may change what a listing or a search shows of any building or space."""


class Reach(TypedDict):
    """How far a caller sees beyond what is listed; named as the parameters of the queries."""

    own_organization_id: UUID | None
    sees_all: bool


def reach(caller: Caller | None) -> Reach:
    """Owners and agents see their organization's inventory, SUPPORT and SUPER_ADMIN everybody's."""
    if caller is None:
        return {"own_organization_id": None, "sees_all": False}
    sides = sides_of(caller)
    return {"own_organization_id": sides["owner_side"], "sees_all": sides == EVERY_SIDE}
