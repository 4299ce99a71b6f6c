"""Delete a space.

The owner or their agent deletes a space. This is possible only if no contract, bid or payment refers to it any
more.
"""

from uuid import UUID

from shared.files.access import forget_deleted
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Stale
from shared.kit.request import Caller
from shared.kit.versions import check_version
from shared.organizations.roles import Right, may
from shared.spaces import queries, rules
from shared.spaces.access import own_space
from shared.spaces.models import OwnSpace


@endpoint(
    "DELETE /spaces/{space_id}",
    access=may(Right.KEEP_INVENTORY),
    returns=204,
    writes=True,
    raises=(Stale, rules.StillInUse),
)
def delete_space(caller: Caller, space_id: UUID) -> None:
    with transaction(caller) as tx:
        # Locked, so that no bid is placed on what is being deleted.
        space, ties = own_space(tx, space_id)
        check_version(space["updated_at"])
        rules.check_unused(ties)
        queries.delete_space(tx, caller, space_id)
        forget_deleted(tx, space["building_id"])
        tx.emit("space.deleted", OwnSpace.of(space))
