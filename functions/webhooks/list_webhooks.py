"""List the webhooks.

The webhooks of the caller's organization, without their secrets.
"""

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.webhooks import queries
from shared.webhooks.models import Webhook, WebhookList


@endpoint("GET /webhooks", access=may(Right.KEEP_WEBHOOKS))
def list_webhooks(caller: Caller) -> WebhookList:
    with reading(caller) as tx:
        rows = queries.select_webhooks(tx, caller)
    return WebhookList.of({"data": [Webhook.of(row) for row in rows]})
