"""Messages between the functions inside the network, which know what is due, and those outside, which reach receivers.

`webhooks` carries attempts at receivers that answer, `webhook_retries` at those that did not answer the last time, so
that these never keep the others waiting; `webhook_results` carries what came of them.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from shared.kit import wire
from shared.kit.aws import AwsError, call
from shared.kit.db import Row
from shared.kit.request import current
from shared.kit.sealed import unseal
from shared.kit.settings import resource
from shared.webhooks.box import closed, opened

SENDING = ("token_key.decrypt", "webhooks.send", "webhook_retries.send")
"""What `send` needs under `uses=`; and the layer `tokens`."""
ATTEMPTING = ("token_key.decrypt", "webhook_results.send")
"""What `asked`, `report` and `send_reports` need."""

_BATCH, _BYTES = 10, 200_000
"""Entries and bytes that SQS takes in one call; bytes less what their frame takes."""

# A receiver's many events have the same secrets.
unsealed = lru_cache(maxsize=1000)(unseal)


def send(claimed: Sequence[Row]) -> None:
    """Queue attempts. Before the commit of their claims: what is queued twice is delivered twice, with the same id.

    Raises AwsError, Unavailable.
    """
    for queue, is_failing in (("webhooks", False), ("webhook_retries", True)):
        entries: list[dict[str, Any]] = []
        size = 0
        for row in claimed:
            if row["is_failing"] is not is_failing:
                continue
            text = wire.render(_message(row))
            if entries and (len(entries) == _BATCH or size + len(text) > _BYTES):
                _send_batch(queue, entries)
                entries, size = [], 0
            entries.append({"Id": str(len(entries)), "MessageBody": text, "DelaySeconds": row["delay"]})
            size += len(text)
        if entries:
            _send_batch(queue, entries)


def _message(row: Row) -> dict[str, Any]:
    told = {name: row[name] for name in ("event_id", "url", "payload")}
    return {
        "delivery_id": row["delivery_id"],
        "claim": row["claim"],
        "secrets": [sealed for sealed in (row["secret"], row["old_secret"]) if sealed],
        "box": closed(wire.render(told), unsealed(row["secret"])),
        "correlation_id": current().correlation_id,
    }


def _send_batch(queue: str, entries: list[dict[str, Any]]) -> None:
    answer = call("sqs", "AmazonSQS.SendMessageBatch", {"QueueUrl": resource(queue), "Entries": entries})
    if failed := answer.get("Failed"):
        raise AwsError(500, failed[0]["Code"], f"{len(failed)} messages were not queued")


def asked(message: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What an attempt is to send (`event_id`, `url`, `payload`), and the secrets that sign it, the newest first.

    Raises AwsError, Unavailable.
    """
    secrets = [unsealed(sealed) for sealed in message["secrets"]]
    return wire.load(opened(message["box"], secrets[0])), secrets


_reports: list[dict[str, Any]] = []


def report(message: dict[str, Any], made: dict[str, Any]) -> None:
    """Keep what came of the attempt that the message asked for, for `send_reports`. Raises AwsError, Unavailable."""
    sealed = message["secrets"][0]
    result = {name: message[name] for name in ("delivery_id", "claim", "correlation_id")}
    _reports.append({**result, "secret": sealed, "box": closed(wire.render(made), unsealed(sealed))})


def send_reports() -> None:
    """Queue what was kept, in one call for a batch. Raises AwsError, Unavailable."""
    kept = [wire.render(result) for result in _reports]
    _reports.clear()
    entries = [{"Id": str(number), "MessageBody": text} for number, text in enumerate(kept)]
    for start in range(0, len(entries), _BATCH):
        _send_batch("webhook_results", entries[start : start + _BATCH])


def made_of(result: dict[str, Any]) -> dict[str, Any]:
    """What came of the attempt that a result reports. Raises AwsError, Unavailable."""
    found: dict[str, Any] = wire.load(opened(result["box"], unsealed(result["secret"])))
    return found
