"""Record an attempt at a delivery.

A success ends it. A failure is repeated after a pause that grows; after the last one the delivery is parked. A webhook
that has failed for five days is disabled. Then whatever waits for this webhook is sent.
"""

from functools import partial
from typing import Any
from uuid import UUID

from shared.kit.consumer import worker
from shared.kit.db import Row, Tx, transaction
from shared.kit.request import current
from shared.kit.unit import perform
from shared.webhooks import deliveries, rules
from shared.webhooks.messages import SENDING, made_of, send
from shared.webhooks.models import Webhook


@worker("webhook_results", database="worker", uses=(*SENDING, "relay.send"), layers=("tokens",), timeout=30)
def record_delivery(result: dict[str, Any]) -> None:
    perform(current().operation, partial(_record, result))


def _record(result: dict[str, Any]) -> None:
    with transaction() as tx:
        row = deliveries.lock_claimed(tx, UUID(result["delivery_id"]), UUID(result["claim"]))
        if row is None:
            return
        made = made_of(result)
        status, failures, pause = rules.outcome_of(row, made["status_code"])
        attempts = [*row["attempts"], made][-rules.KEPT_ATTEMPTS :]
        deliveries.update_attempted(tx, row, status, attempts, failures, pause)
        deliveries.update_health(tx, row["webhook_id"], status != "SUCCEEDED")
        if status != "SUCCEEDED" and row["is_given_up"]:
            _give_up(tx, row)
        send(deliveries.claim_due(tx, [row["webhook_id"]]))


def _give_up(tx: Tx, row: Row) -> None:
    if disabled := deliveries.disable(tx, row["webhook_id"], rules.GAVE_UP):
        organization_id, user_id = disabled.pop("organization_id"), disabled.pop("user_id")
        tx.emit("webhook.disabled", Webhook.of(disabled), user_id=user_id, organization_id=organization_id)
