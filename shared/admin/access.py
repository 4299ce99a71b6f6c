"""Whose account an administrator may change."""

from uuid import UUID

from shared.admin import queries, rules
from shared.kit.db import Row, Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller


def lock_account(tx: Tx, caller: Caller, user_id: UUID) -> tuple[Row, Row]:
    """Somebody else's account and what depends on it, as in `queries.lock_user`.

    Raises SessionEnded if the caller is no longer an administrator, ActingOnOneself, NotFound.
    """
    row, around = queries.lock_user(tx, caller, user_id)
    rules.check_actor(around["is_administrator"], user_id == caller.user_id)
    if row is None:
        raise NotFound()
    return row, around
