"""A person keeps a search, and is told of each new space that it finds (functions/notifications/tell_searchers.py)."""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.spaces import rules, saved_searches
from shared.spaces.kept import NewSavedSearch, SavedSearch


@endpoint("POST /saved-searches", access=EVERY_ROLE, returns=201, writes=True, raises=(rules.TooManySearches,))
def save_search(caller: Caller, asked: NewSavedSearch) -> SavedSearch:
    rules.check_criteria(asked.criteria)
    with transaction(caller) as tx:
        row = saved_searches.insert_saved_search(tx, caller, asked)
        if row is None:
            raise rules.TooManySearches()
        search = SavedSearch.of(row)
        tx.emit("saved_search.added", search)
    return search
