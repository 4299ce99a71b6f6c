"""Retrieve a webhook.

A webhook of the caller's organization, without its secret.
"""

from uuid import UUID

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.webhooks.access import visible_webhook
from shared.webhooks.models import Webhook


@endpoint("GET /webhooks/{webhook_id}", access=may(Right.KEEP_WEBHOOKS))
def get_webhook(caller: Caller, webhook_id: UUID) -> Webhook:
    with reading(caller) as tx:
        return Webhook.of(visible_webhook(tx, caller, webhook_id))
