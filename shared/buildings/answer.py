"""A building as GET /buildings/{building_id} answers it, and a floor as its building's list shows it."""

from uuid import UUID

from shared.buildings import queries
from shared.buildings.models import Building, ListedBuilding, OwnFloor
from shared.kit.db import Reading
from shared.kit.errors import NotFound
from shared.kit.versions import tag


def building_of(tx: Reading, building_id: UUID) -> Building | ListedBuilding:
    """The building as the transaction's caller may see it. Raises NotFound."""
    row = queries.select_building(tx, building_id)
    if row is None:
        raise NotFound()
    return Building.of(row) if row["is_own"] else ListedBuilding.of(row)


def floor_of(tx: Reading, floor_id: UUID) -> OwnFloor:
    """A floor of the transaction's caller. Raises NotFound."""
    row = queries.select_floor(tx, floor_id)
    if row is None:
        raise NotFound()
    return OwnFloor.of({**row, "etag": tag(row["updated_at"])})
