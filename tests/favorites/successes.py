"""How the operations of favorites succeed: see tests/successes.py."""

from functions.favorites.add_favorite import add_favorite
from tests.call import call
from tests.cast import Asked, Cast

BODIES = {
    "add_favorite": None,
    "remove_favorite": None,
    "list_favorites": None,
}


class Successes(Cast):
    def add_favorite(self) -> Asked:
        return {"as_": self.client, "path": {"space_id": self.world.space(self.owner)}}

    def remove_favorite(self) -> Asked:
        asked = self.add_favorite()
        assert call(add_favorite, **asked).status == 200
        return asked

    def list_favorites(self) -> Asked:
        return {"as_": self.client}
