"""Create a building.

The owner or their agent lists a building. Its floors are created with it, numbered from 1. All dates of the
building, such as the day rent is due or a lease starts, are days in the building's time zone.
"""

from shared.buildings import queries, rules
from shared.buildings.models import Building, NewBuilding
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "POST /buildings",
    access=may(Right.KEEP_INVENTORY),
    returns=201,
    writes=True,
    verified=True,
    raises=(rules.ExternalIdTaken,),
    layers=("places",),
)
def create_building(caller: Caller, new: NewBuilding) -> Building:
    rules.check_coordinates(new.latitude, new.longitude)
    timezone = rules.time_zone(new)
    with transaction(caller) as tx:
        building = Building.of(queries.insert_building(tx, caller, new, timezone))
        tx.emit("building.created", building)
    return building
