"""The table of public events, read from events/<word>.py: a file for each word, an entry for each event.

A word's file has `EVENTS` (name → Public), the `RIGHT` that somebody needs to read of them in GET /changes, and the
`OBJECT`: the operation that shows it. How it is read, and whom it concerns, is in shared/webhooks/readers.py, so that
functions which only need the names do not wait for it. A new word is a new file and an entry there.
"""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple

from shared.kit.catalog import Role
from shared.organizations.roles import ROLES, Right
from shared.webhooks.public import Public

# Imported by name, so that every archive with this file has the others.
_HERE = Path(__file__).parent / "events"


class Word(NamedTuple):
    """A word's public events."""

    name: str
    object: str
    right: Right
    events: dict[str, Public]


def _words() -> list[Word]:
    names = sorted(module.name for module in iter_modules([str(_HERE)]))
    modules = ((name, import_module(f"shared.webhooks.events.{name}")) for name in names)
    return [Word(name, one.OBJECT, one.RIGHT, one.EVENTS) for name, one in modules]


WORDS = _words()
EVENTS: dict[str, Public] = {name: public for word in WORDS for name, public in word.events.items()}
"""Every public event, by its name."""


def heard_by(name: str) -> tuple[str, ...]:
    """The events of ours that the public one reports."""
    return EVENTS[name].hears or (name,)


HEARD = tuple(dict.fromkeys(own for name in EVENTS for own in heard_by(name)))
"""Every event of ours that is reported."""


def readable_by(role: Role) -> list[str]:
    """The public events whose objects the role may read."""
    return [name for word in WORDS if word.right in ROLES[role].may for name in word.events]
