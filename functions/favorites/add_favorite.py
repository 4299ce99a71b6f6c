"""Add a favorite.

Marks a space as one of the caller's favorites. Marking it again changes nothing.
"""

from uuid import UUID

from shared.favorites import queries
from shared.favorites.models import Favorite
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.spaces.access import visible_space


@endpoint("PUT /spaces/{space_id}/favorite", access=EVERY_ROLE, writes=True)
def add_favorite(caller: Caller, space_id: UUID) -> Favorite:
    with transaction(caller) as tx:
        visible_space(tx, space_id)
        row, is_new = queries.insert_favorite(tx, caller, space_id)
        favorite = Favorite.of(row)
        if is_new:
            tx.emit("favorite.added", favorite)
    return favorite
