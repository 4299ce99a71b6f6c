"""The channels that sockets follow: for each kind, who may hear of the object that its name ends in.

A kind's statement finds the objects with their audiences; `may_hear` decides, both when somebody subscribes and at each
push. Under a caller's own database role the statement finds only what row-level security shows them: a second wall.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from shared.kit.catalog import EVERY_ROLE, Role
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.organizations.sides import EVERY_SIDE, sides_of

GLOBAL = "global"


class Kind(NamedTuple):
    """A kind of channel."""

    heard_by: str
    """Who may hear it, in words."""
    roles: frozenset[Role]
    sql: str
    """The objects among `%(ids)s`, each with its `id` and the fields of its Audience."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who may hear of an object: everybody, people, all members of organizations, or the sides of a deal."""

    is_public: bool = False
    user_ids: Collection[UUID] = ()
    organization_ids: Collection[UUID] = ()
    owner_organization_id: UUID | None = None
    client_organization_id: UUID | None = None
    broker_ids: Collection[UUID] = ()
    """The people who represent the client."""


_PERSON = "SELECT one AS id, ARRAY[one] AS user_ids FROM unnest(%(ids)s::uuid[]) AS one"

_ORGANIZATION = "SELECT one AS id, ARRAY[one] AS organization_ids FROM unnest(%(ids)s::uuid[]) AS one"

_SPACES = """
SELECT s.id, s.is_leasable AS is_public, ARRAY[s.owner_organization_id] AS organization_ids
FROM spaces s
WHERE s.id = ANY(%(ids)s::uuid[]) AND s.deleted_at IS NULL
"""

_BUILDINGS = """
SELECT b.id, b.owner_organization_id || ARRAY(
    SELECT c.client_organization_id
    FROM contracts c
    JOIN spaces s ON s.id = c.space_id
    WHERE s.building_id = b.id AND c.status = 'ACTIVE'
) AS organization_ids
FROM buildings b
WHERE b.id = ANY(%(ids)s::uuid[]) AND b.deleted_at IS NULL
"""

_CONVERSATIONS = """
SELECT p.conversation_id AS id, array_agg(p.user_id) AS user_ids
FROM conversation_participants p
WHERE p.conversation_id = ANY(%(ids)s::uuid[])
GROUP BY p.conversation_id
"""

# Until a lease without a bid is sent for signature, it is its owner's draft.
_CONTRACTS = """
SELECT c.id, c.owner_organization_id,
       CASE WHEN c.bid_id IS NOT NULL OR c.renews_contract_id IS NOT NULL OR c.sent_at IS NOT NULL
            THEN c.client_organization_id END AS client_organization_id,
       ARRAY(SELECT m.broker_id FROM mandates m
             WHERE m.client_organization_id = c.client_organization_id AND m.revoked_at IS NULL
               AND (m.valid_until IS NULL OR m.valid_until >= app.today('UTC'))) AS broker_ids
FROM contracts c
WHERE c.id = ANY(%(ids)s::uuid[])
"""

# Who was only asked for a quote does not hear who else is.
_TICKETS = """
SELECT t.id, t.owner_organization_id,
       array_remove(ARRAY[t.owner_organization_id, t.client_organization_id, t.contractor_organization_id], NULL)
           AS organization_ids
FROM tickets t
WHERE t.id = ANY(%(ids)s::uuid[])
"""

KINDS: dict[str, Kind] = {
    "user": Kind("the person; nothing more than comes unasked", EVERY_ROLE, _PERSON),
    "organization": Kind("its members", EVERY_ROLE, _ORGANIZATION),
    "space": Kind("everybody while it is listed, else its owner's organization", EVERY_ROLE, _SPACES),
    "building": Kind("its owner's organization, and tenants whose lease is in force", EVERY_ROLE, _BUILDINGS),
    "conversation": Kind("whoever is in it; nothing more than comes unasked", EVERY_ROLE, _CONVERSATIONS),
    "contract": Kind(
        "whoever may read it: both sides, brokers with a mandate of the client, and the platform's staff",
        may(Right.READ_LEASES),
        _CONTRACTS,
    ),
    "ticket": Kind(
        "the owner's side, the tenant who reported it, the contractor who is assigned, and the platform's staff",
        may(Right.READ_MAINTENANCE),
        _TICKETS,
    ),
}
"""By the word before the dot. Beside these there is `global`, which everybody hears without asking."""


class Channel(NamedTuple):
    """The channel of one object."""

    kind: str
    object_id: UUID

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.object_id}"


_NAME = re.compile(r"([a-z]+)\.([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")


def channel_of(name: str) -> Channel | None:
    """The channel of an object that has this name; None if there is no such kind."""
    found = _NAME.fullmatch(name)
    return Channel(found[1], UUID(found[2])) if found and found[1] in KINDS else None


def may_hear(caller: Caller, kind: str, audience: Audience | None) -> bool:
    """Whether the caller may hear of an object of that kind; None: there is no such object for them."""
    if audience is None or caller.role not in KINDS[kind].roles:
        return False
    return (
        audience.is_public
        or caller.user_id in audience.user_ids
        or caller.organization_id in audience.organization_ids
        or _is_on_a_side(caller, audience)
    )


def _is_on_a_side(caller: Caller, deal: Audience) -> bool:
    owner, client = deal.owner_organization_id, deal.client_organization_id
    sides = sides_of(caller)
    if owner is None or sides == EVERY_SIDE:
        return owner is not None
    if owner in (sides["owner_side"], sides["either_side"]):
        return True
    if client is None:
        return False
    is_broker = sides["broker_side"] is not None
    return client in (sides["client_side"], sides["broker_side"], sides["either_side"]) or (
        is_broker and caller.user_id in deal.broker_ids
    )
