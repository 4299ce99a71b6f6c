"""Delete a saved search.

The caller is no longer notified of new spaces that match the search.
"""

from uuid import UUID

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.search import saved_searches
from shared.search.saved_searches import SavedSearch


@endpoint("DELETE /saved-searches/{saved_search_id}", access=EVERY_ROLE, returns=204, writes=True)
def delete_saved_search(caller: Caller, saved_search_id: UUID) -> None:
    with transaction(caller) as tx:
        row = saved_searches.delete_saved_search(tx, caller, saved_search_id)
        if row is None:
            raise NotFound()
        tx.emit("saved_search.deleted", SavedSearch.of(row))
