"""Revoke a mandate.

From the next request on, the broker can no longer act for the client or see their deals.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations import queries, rules
from shared.organizations.models import Mandate
from shared.organizations.roles import Right, may


@endpoint(
    "DELETE /mandates/{mandate_id}",
    access=may(Right.GIVE_MANDATES),
    returns=204,
    writes=True,
    raises=(rules.MandateEnded,),
)
def revoke_mandate(caller: Caller, mandate_id: UUID) -> None:
    with transaction(caller) as tx:
        row = queries.lock_mandate(tx, caller, mandate_id)
        if row is None:
            raise NotFound()
        before = Mandate.of(row)
        if before.status != "ACTIVE":
            raise rules.MandateEnded()
        tx.emit("mandate.revoked", Mandate.of(queries.revoke_mandate(tx, caller, mandate_id)), before=before)
