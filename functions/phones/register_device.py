"""Register a device.

From now on push notifications appear on it, as far as the caller's notification preferences say. A token that somebody
else registered before is the caller's now. Register it at each start of the app, because platforms change tokens; of
more than twenty devices the oldest is forgotten.
"""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller
from shared.phones import devices, queries
from shared.phones.models import Device, NewDevice

# Hence the database role of signing in: the device may be another person's until now.


@endpoint("POST /users/me/devices", access=EVERY_ROLE, returns=201, writes=True, database="auth")
def register_device(caller: Caller, new: NewDevice) -> Device:
    with transaction(caller) as tx:
        if not queries.lock_person(tx, caller):
            # Deleted since the authorizer looked.
            raise SessionEnded()
        device = Device.of(devices.upsert_device(tx, caller, new))
        tx.emit("device.registered", device)
    return device
