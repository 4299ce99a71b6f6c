"""List a webhook's deliveries.

What was sent to the webhook in the last 30 days, the newest first, with every attempt and what was answered.
"""

from datetime import datetime
from uuid import UUID

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.webhooks import deliveries
from shared.webhooks.access import visible_webhook
from shared.webhooks.models import Delivery, DeliveryFilter, DeliveryList


@endpoint("GET /webhooks/{webhook_id}/deliveries", access=may(Right.KEEP_WEBHOOKS))
def list_deliveries(caller: Caller, webhook_id: UUID, query: DeliveryFilter) -> DeliveryList:
    after = query.key_before(datetime.fromisoformat, UUID)
    with reading(caller) as tx:
        visible_webhook(tx, caller, webhook_id)
        rows = deliveries.select_deliveries(tx, webhook_id, query, after)
    shown, meta = query.page(rows, "created_at", "id")
    return DeliveryList.of({"data": [Delivery.of(row) for row in shown], "meta": PageMeta.of(meta)})
