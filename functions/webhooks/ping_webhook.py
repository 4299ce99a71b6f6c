"""Test a webhook.

Sends the event `webhook.test` to this webhook alone, even while it is disabled. What came of it is in its deliveries.
"""

from datetime import UTC, datetime
from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.webhooks import changes, deliveries, rules
from shared.webhooks.access import visible_webhook
from shared.webhooks.audience import PLATFORM, Audience
from shared.webhooks.models import Delivery
from shared.webhooks.payload import payload_of
from shared.webhooks.queries import keeper_of


@endpoint("POST /webhooks/{webhook_id}/test", access=may(Right.KEEP_WEBHOOKS), returns=202, writes=True)
def ping_webhook(caller: Caller, webhook_id: UUID) -> Delivery:
    with transaction(caller) as tx:
        visible_webhook(tx, caller, webhook_id)
        audience = Audience(keeper_of(caller) or PLATFORM, "MEMBER")
        event_id = new_id()
        payload = payload_of(event_id, rules.TEST, datetime.now(UTC), {"webhook_id": webhook_id, "version": 1})
        changes.insert_event(tx, event_id, audience, rules.TEST, payload, webhook_id)
        delivery = Delivery.of(deliveries.select_delivery(tx, deliveries.insert_delivery(tx, webhook_id, event_id)))
        tx.emit("webhook_delivery.asked", delivery, webhook_id=webhook_id)
    return delivery
