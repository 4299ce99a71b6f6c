"""List the caller's favorite spaces.

Lists the caller's favorites, most recent first. Spaces that the caller may no longer see are left out.
"""

from shared.favorites import queries
from shared.favorites.models import FavoriteList, FavoriteSpace
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import Paged, PageMeta
from shared.kit.request import Caller


@endpoint("GET /favorites", access=EVERY_ROLE)
def list_favorites(caller: Caller, query: Paged) -> FavoriteList:
    with reading(caller) as tx:
        rows = queries.select_favorites(tx, caller, query)
    shown, meta = query.page(rows, "favorite_since", "id")
    return FavoriteList.of({"data": [FavoriteSpace.of(row) for row in shown], "meta": PageMeta.of(meta)})
