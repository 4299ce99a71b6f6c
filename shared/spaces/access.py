"""The only way from an id that a caller sends to a space."""

from uuid import UUID

from shared.kit.catalog import Role
from shared.kit.db import Reading, Row, Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.spaces import queries
from shared.spaces.deal import SpaceAtHand, Ties


def visible_space(tx: Reading, space_id: UUID, *, lock: bool = False, own: bool = False) -> SpaceAtHand:
    """The space, if the caller may see it: listed ones all, others (and with `own` all) only their owner's side.

    `lock` keeps it as it is until the end of the transaction; it takes no further round trip.
    Raises NotFound.
    """
    row = queries.select_space_at_hand(tx, space_id, lock)
    if row is None or (own and not _is_owners(tx.caller, row)):
        raise NotFound()
    return SpaceAtHand(**row)


def _is_owners(caller: Caller | None, row: Row) -> bool:
    return caller is not None and (
        caller.role is Role.SUPER_ADMIN or caller.organization_id == row["owner_organization_id"]
    )


def own_space(tx: Tx, space_id: UUID) -> tuple[Row, Ties]:
    """The space, if the caller may change it, locked; and the deals that depend on it. Raises NotFound."""
    row, ties = queries.lock_space(tx, space_id)
    if row is None:
        raise NotFound()
    return row, ties


def ties_of(tx: Tx, space_ids: list[UUID]) -> Ties:
    """The deals that depend on the spaces, which the caller has locked."""
    return queries.select_ties(tx, space_ids)
