"""Send a delivery that somebody asked for.

A test, or an event that is to be sent again.
"""

from uuid import UUID

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.webhooks import deliveries
from shared.webhooks.messages import SENDING, send


@consumer("webhook_delivery.asked", emits=False, uses=SENDING, layers=("tokens",))
def send_asked_delivery(event: Event, tx: Tx) -> None:
    send(deliveries.claim_due(tx, [UUID(event.data["webhook_id"])]))
