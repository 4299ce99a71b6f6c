"""How the operations of users succeed: see tests/successes.py."""

from tests.cast import Asked, Cast

BODIES = {
    "get_profile": None,
    "update_profile": {"title": "Director"},
    "delete_account": None,
}


class Successes(Cast):
    def get_profile(self) -> Asked:
        return {"as_": self.client}

    def update_profile(self) -> Asked:
        return {"as_": self.client, "body": {"title": "Director"}}

    def delete_account(self) -> Asked:
        return {"as_": self.world.client()}
