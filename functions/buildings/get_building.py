"""Retrieve a building.

The owner and their agents see the building with all of its floors and spaces. Everyone else sees what is listed.
"""

from uuid import UUID

from shared.buildings.access import INVENTORY_CHANGES
from shared.buildings.answer import building_of
from shared.buildings.models import Building, ListedBuilding
from shared.kit.catalog import ANYONE, Cached
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply
from shared.kit.visitor import Visitor


@endpoint(
    "GET /buildings/{building_id}",
    access=ANYONE,
    cached=Cached("building", 300, ended_by=INVENTORY_CHANGES),
)
def get_building(caller: Visitor, building_id: UUID) -> Reply[Building | ListedBuilding]:
    with reading(caller) as tx:
        building = building_of(tx, building_id)
    return Reply(building, version=building.updated_at)
