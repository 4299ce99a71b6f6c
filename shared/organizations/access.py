"""The organization that a caller acts for: their own, or one that gave them a mandate."""

from uuid import UUID

from shared.kit.db import Asked, Row, Tx, known
from shared.kit.errors import NotFound
from shared.kit.request import Caller

# Locked, so that the mandate cannot be revoked before the end of the transaction.
_LOCK_MANDATE = "SELECT app.lock_mandate(%(organization_id)s) AS may_act"


def acting_for(tx: Tx, caller: Caller, organization_id: UUID | None) -> Asked[UUID]:
    """The organization that the caller acts for: their own if they name none.

    The answer raises NotFound if there is no current mandate.
    """
    if organization_id is None or organization_id == caller.organization_id:
        return known(caller.organization_id)

    def mandated(rows: list[Row]) -> UUID:
        if not rows[0]["may_act"]:
            raise NotFound()
        tx.on_behalf_of = organization_id
        return organization_id

    return tx.later(_LOCK_MANDATE, {"organization_id": organization_id}).then(mandated)
