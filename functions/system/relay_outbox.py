"""Relay events from the outbox.

Sends committed events to the bus, in the order in which they were written. Triggered after each commit, and by a
schedule (stacks/system.py) in case that trigger was lost. An event is marked after it was sent: a crash in between
sends it again, and its consumers recognize it by its id.
"""

import time
from typing import Any

from shared.kit.aws import AwsError, call
from shared.kit.consumer import detail_of, worker
from shared.kit.db import Row, transaction
from shared.kit.errors import Unavailable
from shared.kit.outbox import nudge_relay
from shared.kit.request import current
from shared.kit.settings import resource
from shared.kit.unit import perform
from shared.system import queries

_ROUND = 100
"""Events of one transaction."""
_ENTRIES = 10
"""Events that EventBridge takes in one call."""
_SECONDS = 2
"""How long one nudge keeps the relay working before the next one takes over; ten nudges come in a batch."""


class _BusRefuses(Exception):
    """EventBridge accepted none of the events in any attempt; the queue wakes the relay again later."""


@worker("relay", database="worker", uses=("bus.put", "relay.send"), timeout=30)
def relay_outbox(nudge: dict[str, Any]) -> None:
    end, pause = time.monotonic() + _SECONDS, 0.1
    while True:
        waiting, published = perform(current().operation, _publish)
        if waiting == 0:
            return
        if time.monotonic() > end:
            break
        if published < waiting:
            time.sleep(pause)
            pause *= 2
    if published == 0:
        raise _BusRefuses()
    nudge_relay()


def _publish() -> tuple[int, int]:
    """One round: how many events were waiting, and how many of them were sent."""
    with transaction() as tx:
        rows = queries.lock_unpublished(tx, _ROUND)
        sent: list[Row] = []
        for start in range(0, len(rows), _ENTRIES):
            entries = rows[start : start + _ENTRIES]
            taken = _put(entries)
            sent += taken
            if len(taken) < len(entries):
                break  # the later events of the same objects wait, so that they do not overtake
        queries.update_published(tx, [row["id"] for row in sent])
    return len(rows), len(sent)


def _put(rows: list[Row]) -> list[Row]:
    """The events that the bus accepted."""
    entries = [
        {
            "EventBusName": resource("bus"),
            "Source": "leasing",
            "DetailType": row["name"],
            "Detail": detail_of(row),
        }
        for row in rows
    ]
    try:
        answer = call("events", "AWSEvents.PutEvents", {"Entries": entries})
    except (AwsError, Unavailable):
        return []
    return [row for row, result in zip(rows, answer["Entries"], strict=True) if "EventId" in result]
