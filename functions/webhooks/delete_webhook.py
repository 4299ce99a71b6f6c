"""Delete a webhook.

Nothing more is sent to it, and its deliveries are deleted, too.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.webhooks import queries
from shared.webhooks.models import Webhook


@endpoint("DELETE /webhooks/{webhook_id}", access=may(Right.KEEP_WEBHOOKS), returns=204, writes=True)
def delete_webhook(caller: Caller, webhook_id: UUID) -> None:
    with transaction(caller) as tx:
        row = queries.delete_webhook(tx, caller, webhook_id)
        if row is None:
            raise NotFound()
        tx.emit("webhook.deleted", Webhook.of(row))
