"""Retrieve a building.

The owner and their agents see the building with all of its floors and spaces. Everyone else sees what is listed.
"""

from uuid import UUID

from shared.buildings import queries
from shared.buildings.access import INVENTORY_CHANGES
from shared.buildings.models import Building, ListedBuilding
from shared.kit.catalog import ANYONE, Cached
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import Reply
from shared.kit.visitor import Visitor


@endpoint(
    "GET /buildings/{building_id}",
    access=ANYONE,
    cached=Cached("building", 300, ended_by=INVENTORY_CHANGES),
)
def get_building(caller: Visitor, building_id: UUID) -> Reply[Building | ListedBuilding]:
    with reading(caller) as tx:
        row = queries.select_building(tx, building_id)
    if row is None:
        raise NotFound()
    return Reply(Building.of(row) if row["is_own"] else ListedBuilding.of(row), version=row["updated_at"])
