"""Send deliveries that are due.

Repeats that waited for their pause, and attempts of which nothing was heard.
"""

from typing import Any
from uuid import UUID

from shared.kit.db import transaction
from shared.kit.task import job
from shared.webhooks import deliveries
from shared.webhooks.messages import SENDING, send

_BATCH = 100
"""Webhooks of one transaction."""


@job("rate(1 minute)", emits=False, uses=SENDING, layers=("tokens",))
def send_due_deliveries(event: dict[str, Any]) -> None:
    last: UUID | None = UUID(int=0)
    while last:
        last = _send_batch(last)


def _send_batch(after: UUID) -> UUID | None:
    """Send what is due to the next webhooks after the one with that id. Returns the last one's id, None where there
    were no more."""
    with transaction() as tx:
        due = deliveries.select_due_webhooks(tx, after, _BATCH)
        send(deliveries.claim_due(tx, due))
    return due[-1] if len(due) == _BATCH else None
