"""How the operations of spaces succeed: see tests/successes.py."""

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

    def update_space(self) -> Asked:
        return {"as_": self.owner, "path": {"space_id": self.world.space(self.owner)}, "body": {"name": "Suite 2"}}

    def delete_space(self) -> Asked:
        return {"as_": self.owner, "path": {"space_id": self.world.space(self.owner)}}
