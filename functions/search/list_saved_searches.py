"""List the caller's saved searches.

Lists the caller's saved searches, most recent first.
"""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import Paged, PageMeta
from shared.kit.request import Caller
from shared.search import saved_searches
from shared.search.saved_searches import SavedSearch, SavedSearchList


@endpoint("GET /saved-searches", access=EVERY_ROLE)
def list_saved_searches(caller: Caller, query: Paged) -> SavedSearchList:
    with reading(caller) as tx:
        rows = saved_searches.select_saved_searches(tx, caller, query)
    shown, meta = query.page(rows, "id")
    return SavedSearchList.of({"data": [SavedSearch.of(row) for row in shown], "meta": PageMeta.of(meta)})
