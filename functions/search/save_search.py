"""Save a search.

The caller is notified of each new space that matches the search.
"""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.search import rules, saved_searches
from shared.search.saved_searches import NewSavedSearch, SavedSearch

# functions/notifications/tell_searchers.py sends the notifications.


@endpoint("POST /saved-searches", access=EVERY_ROLE, returns=201, writes=True, raises=(rules.TooManySearches,))
def save_search(caller: Caller, new: NewSavedSearch) -> SavedSearch:
    rules.check_criteria(new.criteria)
    with transaction(caller) as tx:
        row = saved_searches.insert_saved_search(tx, caller, new)
        if row is None:
            raise rules.TooManySearches()
        search = SavedSearch.of(row)
        tx.emit("saved_search.added", search)
    return search
