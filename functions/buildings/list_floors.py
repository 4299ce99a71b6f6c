"""List a building's floors.

The owner and their agents see every floor from the lowest up, whether it has been measured or not, with all of its
spaces.
"""

from uuid import UUID

from shared.buildings import queries
from shared.buildings.models import FloorList, OwnFloor
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.paging import Paged, PageMeta
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.versions import tag
from shared.organizations.roles import Right, may


@endpoint("GET /buildings/{building_id}/floors", access=may(Right.KEEP_INVENTORY))
def list_floors(caller: Caller, building_id: UUID, query: Paged) -> Reply[FloorList]:
    with reading(caller) as tx:
        rows = queries.select_floors(tx, building_id, query)
    if rows is None:
        raise NotFound()
    shown, meta = query.page(rows, "floor_number")
    floors = [OwnFloor.of({**row, "etag": tag(row["updated_at"])}) for row in shown]
    page = FloorList.of({"data": floors, "meta": PageMeta.of(meta)})
    return Reply(page, version=rows[0]["list_updated_at"] if rows else None)
