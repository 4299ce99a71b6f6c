"""The payload of an event, as it is kept, sent and listed; when it is sent, its signature follows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.kit import wire


def payload_of(event_id: UUID, name: str, moment: datetime, data: dict[str, Any]) -> str:
    """Compact JSON."""
    return wire.render({"id": event_id, "event": name, "timestamp": moment, "data": data})
