"""Send deliveries that are due.

Repeats that waited for their pause, and attempts of which nothing was heard.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.webhooks import deliveries
from shared.webhooks.messages import SENDING, send

_BATCH = 100
"""Webhooks of one transaction."""


@job("rate(1 minute)", emits=False, uses=SENDING, layers=("tokens",))
def send_due_deliveries(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        due = deliveries.select_due_webhooks(tx, _BATCH)
        claimed = deliveries.claim_due(tx, due)
        send(claimed)
    # Those that have as much on their way as they may are due again when that is recorded.
    return len(due) == _BATCH and bool(claimed)
