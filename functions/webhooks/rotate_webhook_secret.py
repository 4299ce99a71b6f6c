"""Rotate a webhook's secret.

The new secret is shown this once. For 24 hours the headers carry a signature by each, so that a receiver can change
over; the `signature` in the body is by the new one.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.kit.sealed import seal
from shared.organizations.roles import Right, may
from shared.webhooks import queries, rules
from shared.webhooks.models import SecretWebhook, Webhook


@endpoint(
    "POST /webhooks/{webhook_id}/rotate-secret",
    access=may(Right.KEEP_WEBHOOKS),
    writes=True,
    confidential=True,
    uses=("token_key.encrypt",),
)
def rotate_webhook_secret(caller: Caller, webhook_id: UUID) -> SecretWebhook:
    secret = rules.new_secret()
    sealed = seal(secret)
    with transaction(caller) as tx:
        if queries.lock_webhook(tx, caller, webhook_id) is None:
            raise NotFound()
        row = queries.update_secret(tx, caller, webhook_id, sealed)
        tx.emit("webhook.secret_rotated", Webhook.of(row))
    return SecretWebhook.of({**row, "secret": secret})
