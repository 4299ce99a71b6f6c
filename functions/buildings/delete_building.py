"""Delete a building.

The owner or their agent deletes a building with its floors and spaces. This is possible only if nothing refers to
it any more.
"""

from uuid import UUID

from shared.buildings import queries
from shared.buildings.models import Building
from shared.files.access import forget_deleted
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound, Stale
from shared.kit.request import Caller
from shared.kit.versions import check_version
from shared.organizations.roles import Right, may
from shared.spaces.access import ties_of
from shared.spaces.models import OwnSpace
from shared.spaces.rules import StillInUse, check_unused


@endpoint(
    "DELETE /buildings/{building_id}",
    access=may(Right.KEEP_INVENTORY),
    returns=204,
    writes=True,
    raises=(Stale, StillInUse),
)
def delete_building(caller: Caller, building_id: UUID) -> None:
    with transaction(caller) as tx:
        # Locked with its spaces, so that no bid is placed on what is being deleted.
        building, spaces = queries.lock_building_with_spaces(tx, building_id)
        if building is None:
            raise NotFound()
        check_version(building["updated_at"])
        check_unused(ties_of(tx, spaces))
        for space in queries.delete_building(tx, caller, building_id):
            tx.emit("space.deleted", OwnSpace.of(space))
        forget_deleted(tx, building_id)
        tx.emit("building.deleted", Building.of(building))
