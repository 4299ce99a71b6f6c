"""List the organization's buildings.

Owners and their agents see their organization's buildings, newest first. Administrators see all buildings.
"""

from shared.buildings import queries
from shared.buildings.access import INVENTORY_CHANGES
from shared.buildings.models import BuildingFilter, BuildingList, BuildingSummary
from shared.kit.catalog import Cached
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "GET /buildings",
    access=may(Right.KEEP_INVENTORY),
    cached=Cached("buildings", 300, ended_by=INVENTORY_CHANGES),
)
def list_buildings(caller: Caller, query: BuildingFilter) -> BuildingList:
    with reading(caller) as tx:
        rows = queries.select_buildings(tx, query)
    shown, meta = query.page(rows, "created_at", "id")
    return BuildingList.of({"data": [BuildingSummary.of(row) for row in shown], "meta": PageMeta.of(meta)})
