"""How the operations of contractors succeed: see tests/successes.py."""

from typing import Any

from functions.contractors.change_contractor_profile import change_contractor_profile
from shared.kit.catalog import Role
from tests.call import call
from tests.cast import Asked, Cast

NEW_YORK = {"latitude": 41, "longitude": -74}
PROFILE = {
    "trades": ["plumbing", "heating"],
    "service_area": {
        "city": "New York",
        "near": {"latitude": 41, "longitude": -74},
        "radius_km": 50,
    },
    "license_number": "NY-4711",
    "insurance": {"expires_on": "2199-12-31"},
}
BODIES: dict[str, dict[str, Any] | None] = {
    "change_contractor_profile": PROFILE,
    "get_contractor_profile": None,
    "list_contractors": None,
}


class Successes(Cast):
    def change_contractor_profile(self) -> Asked:
        return {"as_": self.world.user(Role.CONTRACTOR), "body": PROFILE}

    def get_contractor_profile(self) -> Asked:
        asked = self.change_contractor_profile()
        assert call(change_contractor_profile, **asked).status == 200
        return {"as_": asked["as_"]}

    def list_contractors(self) -> Asked:
        assert call(change_contractor_profile, **self.change_contractor_profile()).status == 200
        return {"as_": self.owner}
