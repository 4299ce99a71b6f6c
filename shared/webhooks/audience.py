"""Whom an event concerns: an organization and the side that it is on, or the platform."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from shared.kit.catalog import Role
from shared.kit.request import Caller

Side = Literal["OWNER", "CLIENT", "BROKER", "MEMBER", "PLATFORM"]

PLATFORM = UUID(int=0)
"""Stands for the platform itself, whose webhooks hear of every organization's events."""
NOBODY = UUID(int=0)
"""No user in particular: what is shown to an organization, whoever of it asks."""

ROLES: dict[Side, Role] = {
    "OWNER": Role.OWNER,
    "CLIENT": Role.CLIENT,
    "BROKER": Role.BROKER,
    "MEMBER": Role.OWNER,
    "PLATFORM": Role.SUPER_ADMIN,
}
"""As what an organization's side reads."""


@dataclass(frozen=True, slots=True)
class Audience:
    """An organization that an event concerns, and the side that it is on; a broker's has its user, and its client."""

    organization_id: UUID
    side: Side
    user_id: UUID = NOBODY
    client_organization_id: UUID | None = None

    @property
    def caller(self) -> Caller:
        """Who would read the object there."""
        return Caller(self.user_id, self.organization_id, ROLES[self.side], NOBODY)
