"""Update a webhook.

Fields that are left out stay as they are. A webhook to which nothing could be delivered for five days is disabled;
`status` enables it again. What happened meanwhile is in the list of changes.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.webhooks import deliveries, queries, rules
from shared.webhooks.models import Webhook, WebhookChange
from shared.webhooks.table import EVENTS


@endpoint("PUT /webhooks/{webhook_id}", access=may(Right.KEEP_WEBHOOKS), writes=True, timeout=20)
def update_webhook(caller: Caller, webhook_id: UUID, change: WebhookChange) -> Webhook:
    given = change.model_dump(include=change.model_fields_set)
    rules.check_events(given.get("events", ()), EVENTS)
    if "url" in given:
        rules.check_url(given["url"])
    with transaction(caller) as tx:
        before = queries.lock_webhook(tx, caller, webhook_id)
        if before is None:
            raise NotFound()
        del before["secret"]
        row = {**before, **given}
        if row["status"] == "ACTIVE":
            row["disabled_reason"] = None
        elif before["status"] == "ACTIVE":
            row["disabled_reason"] = rules.STOPPED
            deliveries.park(tx, webhook_id)
        after = Webhook.of(queries.update_webhook(tx, caller, row))
        tx.emit("webhook.updated", after, before=Webhook.of(before))
    return after
