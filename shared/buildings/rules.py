"""What makes a building's entry whole."""

from shared.buildings.models import NewBuilding
from shared.kit.errors import Conflict, Detail, Invalid


class ExternalIdTaken(Conflict):
    message = "Your organization already has a building with this external_id."
    constraint = "buildings_external_id_key"


def check_coordinates(new: NewBuilding) -> None:
    """Raises Invalid where one of the two coordinates is missing."""
    if (new.latitude is None) != (new.longitude is None):
        missing = "latitude" if new.latitude is None else "longitude"
        raise Invalid(Detail(missing, "is required beside the other coordinate"))


def time_zone(new: NewBuilding) -> str:
    """The zone whose midnight decides the building's days: as given, else where it stands, else UTC."""
    if new.timezone is not None:
        return new.timezone
    if new.latitude is None or new.longitude is None:
        return "UTC"
    from tzfpy import get_tz  # its map takes 80 ms to unfold: only who needs it pays

    return get_tz(float(new.longitude), float(new.latitude)) or "UTC"
