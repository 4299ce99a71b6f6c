"""Update a building.

The owner or their agent changes the building's details and its number of floors. New floors are added on top.
Floors are removed from the top down, and only if they are empty.
"""

from uuid import UUID

from shared.buildings import queries, rules
from shared.buildings.models import Building, BuildingChanges
from shared.files.access import forget_deleted
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound, Stale
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.versions import check_version
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /buildings/{building_id}",
    access=may(Right.KEEP_INVENTORY),
    writes=True,
    verified=True,
    raises=(Stale, rules.FloorsNotEmpty, rules.ExternalIdTaken),
)
def update_building(caller: Caller, building_id: UUID, changes: BuildingChanges) -> Reply[Building]:
    with transaction(caller) as tx:
        # Locked, so that no space is created on a floor that is being removed.
        before = queries.lock_building(tx, building_id)
        if before is None:
            raise NotFound()
        check_version(before["updated_at"])
        after = rules.changed_building(before, changes)
        if after["total_floors"] < before["total_floors"]:
            rules.check_empty(queries.select_floors_with_spaces(tx, building_id, after["total_floors"]))
        is_changed = after != before
        changed = queries.update_building(tx, caller, before, after) if is_changed else None
        if after["total_floors"] < before["total_floors"]:
            forget_deleted(tx, building_id)
        row = changed or queries.select_building(tx, building_id)
        assert row is not None  # noqa: S101 (it is locked)
        building = Building.of(row)
        if is_changed:
            tx.emit("building.updated", building, before=Building.of(before))
    return Reply(building, version=building.updated_at)
