"""The only way from an id that a caller sends to a maintenance ticket that they may change, or a place of theirs."""

from typing import NamedTuple, Protocol
from uuid import UUID

from shared.kit.db import Row, Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.maintenance import queries
from shared.maintenance.models import TicketSide
from shared.maintenance.rules import is_assigned, side_of


class Handled(NamedTuple):
    """A ticket, on whose side of it the caller is, and whether they work on it: who was only asked for a quote does
    not."""

    row: Row
    side: TicketSide
    is_at_work: bool


def visible_ticket(tx: Tx, caller: Caller, ticket_id: UUID) -> Handled:
    """The ticket, if the caller may see it, locked. Raises NotFound."""
    row = queries.lock_ticket(tx, caller, ticket_id)
    if row is None:
        raise NotFound()
    side = side_of(caller.role)
    return Handled(row, side, is_assigned(row, side, caller.organization_id))


class Placed(Protocol):
    """What names a building, or a space in it."""

    @property
    def building_id(self) -> UUID: ...
    @property
    def space_id(self) -> UUID | None: ...


def visible_place(tx: Tx, caller: Caller, new: Placed) -> Row:
    """The place that a ticket or plan is about, if the caller owns or leases it. Raises NotFound."""
    row = queries.select_place(tx, caller, new.building_id, new.space_id)
    if row is None:
        raise NotFound()
    return row
