"""Update a floor.

The owner or their agent changes the floor's measurements, its amenities and its floor plan. The leasable area is
calculated: the total area less the common area.
"""

from uuid import UUID

from shared.buildings import queries, rules
from shared.buildings.models import FloorChanges, OwnFloor
from shared.files.access import ask_one, show
from shared.files.purposes import Purpose
from shared.files.rules import FileGone, FileNotReady
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound, Stale
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.versions import check_version, tag
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /floors/{floor_id}",
    access=may(Right.KEEP_INVENTORY),
    writes=True,
    verified=True,
    raises=(Stale, FileNotReady, FileGone),
)
def update_floor(caller: Caller, floor_id: UUID, changes: FloorChanges) -> Reply[OwnFloor]:
    rules.check_areas(changes.model_dump(include=changes.model_fields_set))
    with transaction(caller) as tx:
        asked = ask_one(tx, caller, Purpose.FLOOR_PLAN, changes, "floor_plan")
        before = queries.lock_floor(tx, floor_id)
        if before is None:
            raise NotFound()
        # A floor is read in its building's list: as long as the list is unchanged, so is this floor.
        check_version(before["updated_at"], before["list_updated_at"])
        if plan := asked.answer():
            changes = changes.model_copy(update={"floor_plan_url": plan.url})
            show(tx, before["owner_organization_id"], "floor", floor_id, plan)
        after = rules.changed_floor(before, changes)
        row = queries.update_floor(tx, caller, after) if after != before else before
        floor = OwnFloor.of({**row, "etag": tag(row["updated_at"])})
        if after != before:
            tx.emit("floor.updated", floor, before=OwnFloor.of(before))
    return Reply(floor, version=floor.updated_at)
