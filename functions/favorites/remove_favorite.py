"""Remove a favorite.

Removes a space from the caller's favorites, even if they may no longer see the space.
"""

from uuid import UUID

from shared.favorites import queries
from shared.favorites.models import Favorite
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller


@endpoint("DELETE /spaces/{space_id}/favorite", access=EVERY_ROLE, returns=204, writes=True)
def remove_favorite(caller: Caller, space_id: UUID) -> None:
    with transaction(caller) as tx:
        row = queries.delete_favorite(tx, caller, space_id)
        if row is None:
            raise NotFound()
        tx.emit("favorite.removed", Favorite.of(row))
