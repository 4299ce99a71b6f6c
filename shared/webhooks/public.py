"""What the table of public events is made of: an entry for each event. The table itself stands in events/<word>.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """One public event, and the events of ours that it reports."""

    says: str
    """For docs/webhooks.md: what has happened."""
    hears: tuple[str, ...] = ()
    """Our own events; by default the one of the same name."""
    when: Callable[[Mapping[str, Any]], bool] = lambda data: True
    object_id: str | None = None
    """The field of the event's data that names the object; None: the event's own object."""
    is_gone: bool = False
    """The object cannot be read any more: its ID is all that is told."""
