"""Whom a caller acts for: its own organization, or one that gave it a mandate."""

from collections.abc import Callable
from uuid import UUID

from shared.kit.db import Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller

# The mandate stands until the end of the transaction: whoever revokes it waits.
_LOCK_MANDATE = "SELECT app.lock_mandate(%(organization_id)s) AS may_act"


def acting_for(tx: Tx, caller: Caller, organization_id: UUID | None) -> Callable[[], UUID]:
    """The organization that the caller acts for, its own where it names none.

    Asked together with the transaction's next query, and told after it: raises NotFound then where no mandate stands.
    """
    if organization_id is None or organization_id == caller.organization_id:
        return lambda: caller.organization_id
    asked = tx.later(_LOCK_MANDATE, {"organization_id": organization_id})

    def answer() -> UUID:
        if not asked()[0]["may_act"]:
            raise NotFound()
        tx.on_behalf_of = organization_id
        return organization_id

    return answer
