"""Delete a device.

Push notifications no longer appear on it. Delete it when the user signs out.
"""

from uuid import UUID

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.phones import devices
from shared.phones.models import Device


@endpoint("DELETE /users/me/devices/{device_id}", access=EVERY_ROLE, returns=204, writes=True)
def delete_device(caller: Caller, device_id: UUID) -> None:
    with transaction(caller) as tx:
        row = devices.delete_device(tx, caller, device_id)
        if row is None:
            raise NotFound()
        tx.emit("device.deleted", Device.of(row))
