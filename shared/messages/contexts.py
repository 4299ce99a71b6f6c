"""What a conversation can be about: for each kind of object its two sides and the persons who stand for them.

Each statement finds the object only if the caller may see it; a space has no client yet.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from shared.kit.catalog import EVERY_ROLE, STAFF, Role
from shared.kit.db import Row, Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.messages.models import ContextType
from shared.organizations.roles import Right, may
from shared.organizations.sides import mine, sides_of, tended, tending


class Source(NamedTuple):
    """Where a kind of object is found, and by whom."""

    roles: frozenset[Role]
    sql: str


CONTEXTS: dict[ContextType, Source] = {
    "SPACE": Source(
        EVERY_ROLE,
        """
SELECT s.owner_organization_id, b.owner_id, NULL::uuid AS client_organization_id, NULL::uuid AS client_id
FROM spaces s
JOIN buildings b ON b.id = s.building_id
WHERE s.id = %(object_id)s AND s.deleted_at IS NULL AND b.deleted_at IS NULL
  AND (s.is_leasable OR s.owner_organization_id = %(organization_id)s)
""",
    ),
    "BID": Source(
        may(Right.READ_BIDS),
        f"""
SELECT b.owner_organization_id, b.owner_id, b.client_organization_id, b.client_id
FROM bids b
WHERE b.id = %(object_id)s AND {mine("b")}
""",
    ),
    "CONTRACT": Source(
        may(Right.READ_LEASES),
        f"""
SELECT c.owner_organization_id, c.owner_id, c.client_organization_id, c.client_id
FROM contracts c
WHERE c.id = %(object_id)s AND {mine("c")}
""",
    ),
    # A contractor writes with the owner's side alone: they hear of no tenant.
    "TICKET": Source(
        may(Right.HANDLE_MAINTENANCE),
        f"""
SELECT t.owner_organization_id, b.owner_id,
       coalesce(%(contractor_id)s::uuid, t.client_organization_id) AS client_organization_id,
       CASE WHEN %(contractor_id)s::uuid IS NULL THEN t.client_id END AS client_id
FROM tickets t
JOIN buildings b ON b.id = t.building_id
WHERE t.id = %(object_id)s AND {tended("t")}
""",
    ),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """An object that the caller may write about; `counterpart_id` stands for the other side."""

    owner_organization_id: UUID
    client_organization_id: UUID | None
    counterpart_id: UUID | None


def visible_subject(tx: Tx, caller: Caller, kind: ContextType, object_id: UUID) -> Subject:
    """The object, if the caller may see it and is on one of its sides. Raises NotFound."""
    values: dict[str, Any] = {"object_id": object_id, "organization_id": caller.organization_id}
    sides = tending(caller)
    values |= {**sides_of(caller), **sides, "contractor_id": sides["contractor_side"]}
    source = CONTEXTS[kind]
    # The platform's own staff is on no side.
    row = tx.one(source.sql, values) if caller.role in source.roles - STAFF else None
    if row is None:
        raise NotFound()
    return subject_of(row, caller.organization_id)


def subject_of(row: Row, organization_id: UUID) -> Subject:
    """The object from the side of an organization: whoever is not its owner is, or stands for, its client."""
    if row["owner_organization_id"] == organization_id:
        return Subject(organization_id, row["client_organization_id"], row["client_id"])
    return Subject(row["owner_organization_id"], row["client_organization_id"] or organization_id, row["owner_id"])
