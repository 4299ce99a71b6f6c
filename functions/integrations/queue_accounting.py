"""Hand accounting software what is next.

Somebody came back from a provider, asked for something, or took the connection away; or the books have something new.
"""

from shared.integrations import batches, messages, queries
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.kit.sealed import unseal
from shared.kit.wire import load

MONEY = (
    *("payment.invoiced", "payment.credited", "payment.recorded", "payment.reversed", "payment.credit_applied"),
    *("payment.deposit_applied", "payment.deposit_returned", "payment.written_off", "payment.write_off_reversed"),
    *("refund.paid", "refund.reversed"),
)
"""What puts something into the books."""


@consumer(
    "integration.authorized",
    "integration.connected",
    "integration.read_requested",
    "integration.changed",
    "integration.retried",
    "integration.due",
    "integration.removed",
    *MONEY,
    emits=False,
    uses=("accounting.send", "token_key.decrypt", "token_key.encrypt"),
    timeout=60,
)
def queue_accounting(event: Event, tx: Tx) -> None:
    # Queued last and before the commit: none is lost, and if a crash repeats one, the queue drops the duplicate.
    if event.name == "integration.authorized":
        asked = load(unseal(event.data["sealed"]))
        messages.queue("CONNECT", event.id, event.data, event.object_id, event.correlation_id, asked)
    elif event.name == "integration.removed":
        messages.queue("REVOKE", event.id, event.data, event.object_id, event.correlation_id, {})
    else:
        _go_on(event, tx)


def _go_on(event: Event, tx: Tx) -> None:
    owner = event.data.get("owner_organization_id") or event.data.get("organization_id")
    for connection in queries.lock_connected(tx, owner):
        if event.data.get("provider") not in (None, connection["provider"]):
            continue
        if event.name in ("integration.connected", "integration.read_requested"):
            asked = batches.company_of(connection)
            messages.queue("READ", event.id, connection, connection["id"], event.correlation_id, asked)
        batches.send_next(tx, connection, event.correlation_id)
