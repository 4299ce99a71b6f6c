"""Search for spaces.

Anyone can find listed spaces by text, location, size, price and amenities. Owners and their agents also find their
own unlisted spaces.
"""

from shared.buildings.access import INVENTORY_CHANGES
from shared.kit.catalog import ANYONE, Cached
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.visitor import Visitor
from shared.search import queries, rules
from shared.search.models import SearchMeta, SpaceInSearch, SpaceList, SpaceSearch


@endpoint(
    "GET /spaces",
    access=ANYONE,
    rate="search",
    cached=Cached("search", 120, ended_by=INVENTORY_CHANGES),
)
def search_spaces(caller: Visitor, query: SpaceSearch) -> SpaceList:
    rules.check_search(query)
    with reading(caller) as tx:
        rows, total, is_estimate = queries.select_spaces(tx, query)
    shown, meta = query.page(rows, *queries.sort_columns(query))
    counted = SearchMeta.of({**meta, "total": total, "total_is_estimate": is_estimate})
    return SpaceList.of({"data": [SpaceInSearch.of(row) for row in shown], "meta": counted})
