"""How the operations of buildings succeed: see tests/successes.py."""

from tests.cast import Asked, Cast
from tests.world import ADDRESS

BODIES = {
    "create_building": {"name": "Tower", "address": "ADDRESS", "total_floors": 1},
    "list_buildings": None,
    "delete_building": None,
    "list_floors": None,
    "update_building": {"category": "RETAIL"},
    "update_floor": {"total_sqft": 100},
}


class Successes(Cast):
    def create_building(self) -> Asked:
        return {"as_": self.owner, "body": {"name": "Tower", "address": ADDRESS, "total_floors": 3}}

    def list_buildings(self) -> Asked:
        self.world.building(self.owner)
        return {"as_": self.owner}

    def get_building(self) -> Asked:
        space = self.world.space(self.owner)
        [row] = self.world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=space)
        return {"path": {"building_id": row["building_id"]}}

    def update_building(self) -> Asked:
        path = {"building_id": self.world.building(self.owner)}
        return {"as_": self.owner, "path": path, "body": {"category": "RETAIL"}}

    def delete_building(self) -> Asked:
        return {"as_": self.owner, "path": {"building_id": self.world.building(self.owner)}}

    def list_floors(self) -> Asked:
        return {"as_": self.owner, "path": {"building_id": self.world.building(self.owner)}}

    def update_floor(self) -> Asked:
        floor = self.world.floor(self.world.building(self.owner))
        return {"as_": self.owner, "path": {"floor_id": floor}, "body": {"total_sqft": 9000}}
