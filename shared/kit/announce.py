"""How functions that write to no database report to the platform what they have done: over the bus."""

from datetime import UTC, datetime
from typing import Any

from shared.kit.aws import call
from shared.kit.consumer import Event
from shared.kit.errors import Unavailable
from shared.kit.ids import new_id
from shared.kit.settings import resource
from shared.kit.wire import render


def announce(name: str, cause: Event, **data: Any) -> None:
    """Put an event about the same object directly on the bus. Raises Unavailable if the bus did not accept it."""
    detail = {
        "id": new_id(),
        "name": name,
        "object_id": cause.object_id,
        "correlation_id": cause.correlation_id,
        "actor": None,
        "data": data,
        "occurred_at": datetime.now(UTC),
    }
    entry = {"EventBusName": resource("bus"), "Source": "leasing", "DetailType": name, "Detail": render(detail)}
    answer = call("events", "AWSEvents.PutEvents", {"Entries": [entry]})
    if answer.get("FailedEntryCount"):
        raise Unavailable(message="The event bus did not accept the event.")
