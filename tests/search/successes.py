"""How the operations of search succeed: see tests/successes.py."""

from functions.search.save_search import save_search
from tests.call import call
from tests.cast import Asked, Cast

BODIES = {
    "save_search": {"name": "Near work", "criteria": {"q": "harbour"}},
    "list_saved_searches": None,
    "delete_saved_search": None,
}


class Successes(Cast):
    def search_spaces(self) -> Asked:
        return {"query": {"min_sqft": 500, "max_price": 6000, "sort": "price_asc", "limit": 20}}

    def save_search(self) -> Asked:
        # Nobody's fiftieth.
        return {"as_": self.world.client(), "body": {"name": "Harbour", "criteria": {"q": "harbour"}}}

    def list_saved_searches(self) -> Asked:
        return {"as_": self.client}

    def delete_saved_search(self) -> Asked:
        asked = self.save_search()
        saved = call(save_search, **asked)
        return {"as_": asked["as_"], "path": {"saved_search_id": saved.json["id"]}}
