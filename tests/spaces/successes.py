"""How the operations of spaces succeed: see tests/successes.py."""

from functions.spaces.add_favorite import add_favorite
from functions.spaces.save_search import save_search
from tests.call import call
from tests.cast import Asked, Cast

BODIES = {
    "create_space": {
        "floor_id": "FLOOR",
        "name": "Suite",
        "gross_sqft": 10,
        "usable_sqft": 10,
        "usage_type": "OFFICE",
    },
    "delete_space": None,
    "update_space": {"name": "Suite"},
    "add_favorite": None,
    "remove_favorite": None,
    "list_favorites": None,
    "save_search": {"name": "Near work", "criteria": {"q": "harbour"}},
    "list_saved_searches": None,
    "delete_saved_search": None,
}


class Successes(Cast):
    def create_space(self) -> Asked:
        body = {
            "floor_id": self.world.floor(self.world.building(self.owner)),
            "name": "Suite",
            "gross_sqft": 10,
            "usable_sqft": 10,
            "usage_type": "OFFICE",
        }
        return {"as_": self.owner, "body": body}

    def get_space(self) -> Asked:
        return {"path": {"space_id": self.world.space(self.owner)}}

    def search_spaces(self) -> Asked:
        return {"query": {"min_sqft": 500, "max_price": 6000, "sort": "price_asc", "limit": 20}}

    def add_favorite(self) -> Asked:
        return {"as_": self.client, "path": {"space_id": self.world.space(self.owner)}}

    def remove_favorite(self) -> Asked:
        asked = self.add_favorite()
        assert call(add_favorite, **asked).status == 200
        return asked

    def list_favorites(self) -> Asked:
        return {"as_": self.client}

    def save_search(self) -> Asked:
        # Nobody's fiftieth.
        return {"as_": self.world.client(), "body": {"name": "Harbour", "criteria": {"q": "harbour"}}}

    def list_saved_searches(self) -> Asked:
        return {"as_": self.client}

    def delete_saved_search(self) -> Asked:
        asked = self.save_search()
        saved = call(save_search, **asked)
        return {"as_": asked["as_"], "path": {"saved_search_id": saved.json["id"]}}

    def update_space(self) -> Asked:
        return {"as_": self.owner, "path": {"space_id": self.world.space(self.owner)}, "body": {"name": "Suite 2"}}

    def delete_space(self) -> Asked:
        return {"as_": self.owner, "path": {"space_id": self.world.space(self.owner)}}
