"""Redeliver an event.

Sends it again now, byte for byte the same and with the same ID, signed with the current secret; also to a webhook that
is disabled. If that fails, it is repeated as a new one would be. One that is on its way already is not sent twice.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.webhooks import deliveries
from shared.webhooks.models import Delivery
from shared.webhooks.queries import keeper_of


@endpoint(
    "POST /webhooks/deliveries/{delivery_id}/redeliver",
    access=may(Right.KEEP_WEBHOOKS),
    returns=202,
    writes=True,
)
def redeliver_event(caller: Caller, delivery_id: UUID) -> Delivery:
    with transaction(caller) as tx:
        row = deliveries.lock_delivery(tx, keeper_of(caller), delivery_id)
        if row is None:
            raise NotFound()
        if not row["is_on_its_way"]:
            deliveries.update_redelivered(tx, delivery_id)
        delivery = Delivery.of(deliveries.select_delivery(tx, delivery_id))
        tx.emit("webhook_delivery.asked", delivery, webhook_id=row["webhook_id"])
    return delivery
