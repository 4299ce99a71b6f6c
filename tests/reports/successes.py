"""How the operations of reports succeed: see tests/successes.py."""

from tests.cast import Asked, Cast

BODIES = {
    "show_aging": None,
    "show_expirations": None,
    "show_maintenance": None,
    "show_occupancy": None,
    "show_rent_roll": None,
    "show_stacking_plan": None,
}


class Successes(Cast):
    def show_rent_roll(self) -> Asked:
        return {"as_": self.lease.owner}

    show_occupancy = show_expirations = show_aging = show_maintenance = show_rent_roll

    def show_stacking_plan(self) -> Asked:
        [building] = self.world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=self.lease.space)
        return {"as_": self.lease.owner, "path": building}
