"""Create a webhook.

From now on each of the `events` (`["*"]`: all of them) is sent to `url` as a POST. The `secret` that signs them is
shown this once. An organization has at most ten webhooks. A SUPER_ADMIN's are the platform's: they hear of every
organization's events.
"""

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.kit.sealed import seal
from shared.organizations.roles import Right, may
from shared.webhooks import queries, rules
from shared.webhooks.models import NewWebhook, SecretWebhook, Webhook
from shared.webhooks.table import EVENTS


@endpoint(
    "POST /webhooks",
    access=may(Right.KEEP_WEBHOOKS),
    returns=201,
    writes=True,
    confidential=True,
    raises=(rules.TooManyWebhooks,),
    uses=("token_key.encrypt",),
    # A name may take a while to be resolved.
    timeout=20,
)
def create_webhook(caller: Caller, new: NewWebhook) -> SecretWebhook:
    rules.check_events(new.events, EVENTS)
    rules.check_url(new.url)
    secret = rules.new_secret()
    sealed = seal(secret)
    with transaction(caller) as tx:
        if queries.lock_count(tx, caller) >= rules.MOST_WEBHOOKS:
            raise rules.TooManyWebhooks()
        row = queries.insert_webhook(tx, caller, new, sealed)
        tx.emit("webhook.created", Webhook.of(row))
    return SecretWebhook.of({**row, "secret": secret})
