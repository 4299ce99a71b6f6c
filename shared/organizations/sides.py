"""Which rows are a caller's own: the side of a deal that their role is on, and the matching SQL predicate.

    SELECT … FROM bids b WHERE b.id = %(bid_id)s AND <mine("b")>        with the values of sides_of(caller)

Row-level security checks the same, independently.
"""

from typing import TypedDict
from uuid import UUID

from shared.kit.request import Caller
from shared.organizations.roles import ROLES, Side


class Sides(TypedDict):
    """The caller's organization on each side. A side that is None restricts nothing; where all are None, every row is
    theirs to see."""

    owner_side: UUID | None
    client_side: UUID | None
    broker_side: UUID | None
    either_side: UUID | None


EVERY_SIDE: Sides = {"owner_side": None, "client_side": None, "broker_side": None, "either_side": None}
"""For callers who see all rows, and for the platform itself."""


def mine(alias: str) -> str:
    """The predicate for `alias`, a table or view with both organizations of a deal."""
    return f"""
(%(owner_side)s::uuid IS NULL OR {alias}.owner_organization_id = %(owner_side)s)
AND (%(client_side)s::uuid IS NULL OR {alias}.client_organization_id = %(client_side)s)
AND (%(broker_side)s::uuid IS NULL
     OR {alias}.client_organization_id = ANY ((SELECT app.represented() || %(broker_side)s::uuid)::uuid[]))
AND (%(either_side)s::uuid IS NULL
     OR %(either_side)s IN ({alias}.owner_organization_id, {alias}.client_organization_id))
"""


def owned(alias: str) -> str:
    """The predicate for `alias`, a table that only has an owner."""
    return f"(%(owner_side)s::uuid IS NULL OR {alias}.owner_organization_id = %(owner_side)s)"


def sides_of(caller: Caller) -> Sides:
    """What the caller may read: a broker also reads the rows of the clients that they represent."""
    own = caller.organization_id
    match ROLES[caller.role].side:
        case Side.OWNER:
            return EVERY_SIDE | {"owner_side": own}
        case Side.CLIENT:
            return EVERY_SIDE | {"client_side": own}
        case Side.BROKER:
            return EVERY_SIDE | {"broker_side": own}
        # A contractor is on neither side of a deal; its tickets are those of `tending`.
        case Side.EITHER | Side.CONTRACTOR:
            return EVERY_SIDE | {"either_side": own}
        case Side.EVERY:
            return EVERY_SIDE


def signing_sides(caller: Caller) -> Sides:
    """What the caller may sign or decline: a mandate covers bids, so a broker signs for their own organization only."""
    sides = sides_of(caller)
    return sides | {"client_side": sides["client_side"] or sides["broker_side"], "broker_side": None}


def creditor_sides(caller: Caller) -> Sides:
    """What is owed to the caller's organization: a financial officer never settles its own debts."""
    sides = sides_of(caller)
    return sides | {"owner_side": sides["owner_side"] or sides["either_side"], "either_side": None}


class Tending(TypedDict):
    """The caller's organization on each side of a ticket; a side that is None is not theirs."""

    sees_all: bool
    owner_side: UUID | None
    client_side: UUID | None
    contractor_side: UUID | None


def tended(alias: str) -> str:
    """The predicate for `alias`, a table of tickets: the owner's side, the tenant who reported it, the contractor who
    is assigned and those who were asked for a quote."""
    return f"""
(%(sees_all)s OR {alias}.owner_organization_id = %(owner_side)s
 OR {alias}.client_organization_id = %(client_side)s
 OR {alias}.contractor_organization_id = %(contractor_side)s
 OR EXISTS (SELECT FROM ticket_invitations i
            WHERE i.ticket_id = {alias}.id AND i.contractor_organization_id = %(contractor_side)s))
"""


def offered(alias: str) -> str:
    """The predicate for `alias`, a table of what contractors offer on tickets: no contractor sees another's."""
    return f"""
(%(sees_all)s OR {alias}.owner_organization_id = %(owner_side)s
 OR {alias}.contractor_organization_id = %(contractor_side)s)
"""


HEARD = """
(%(sees_all)s OR t.owner_organization_id = %(owner_side)s
 OR NOT h.is_internal AND (h.organization_id = %(organization_id)s OR h.side = 'OWNER'
                           OR t.client_organization_id = %(client_side)s AND NOT h.is_inquiry
                           OR t.contractor_organization_id = %(contractor_side)s AND h.side = 'CLIENT'))
"""
"""The predicate for `h`, what was written on the ticket `t`; as the policy of ticket_threads says."""

REMEMBERED = """
(%(sees_all)s OR t.owner_organization_id = %(owner_side)s OR t.client_organization_id = %(client_side)s
 OR e.contractor_organization_id = %(contractor_side)s
 OR t.contractor_organization_id = %(contractor_side)s AND e.contractor_organization_id IS NULL)
"""
"""The predicate for `e`, what happened to the ticket `t`: no contractor reads of another."""

RATED = """
(%(sees_all)s OR t.owner_organization_id = %(owner_side)s OR t.client_organization_id = %(client_side)s
 OR r.contractor_organization_id = %(contractor_side)s)
"""
"""The predicate for `r`, the rating of the ticket `t`."""

REPORTABLE = """
(%(sees_all)s OR p.owner_organization_id = %(owner_side)s::uuid OR %(client_side)s::uuid IS NOT NULL AND p.is_leased)
"""
"""The predicate for `p`, a place as in app.ticket_place: what somebody owns, or leases now."""


def spent(alias: str) -> str:
    """The predicate for `alias`, a table of what owners spent: a contractor sees what their organization wrote down."""
    return f"""
(%(sees_all)s OR {alias}.owner_organization_id = %(owner_side)s OR {alias}.organization_id = %(contractor_side)s)
"""


def tending(caller: Caller) -> Tending:
    """Which tickets are the caller's."""
    own, side = caller.organization_id, ROLES[caller.role].side
    return {
        "sees_all": side is Side.EVERY,
        "owner_side": own if side is Side.OWNER else None,
        "client_side": own if side is Side.CLIENT else None,
        "contractor_side": own if side is Side.CONTRACTOR else None,
    }
