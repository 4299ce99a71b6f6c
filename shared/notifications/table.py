"""The table of news, read from news/<word>.py: a file for each word, an entry for each event.

A word's file has `NEWS` (event → News), the `RIGHT` that somebody needs to hear of it, the `PAGE` of the web
application that its e-mails lead to, and the `LIVE` frame of its things; one about accounts has `MAILS` (event →
AccountMail). Where an event has several entries, their names go on after a colon; the first whose `when` says yes is
taken.

Readers are found through a deal: an event in `NEWS` is a bid's, a contract's or a payment's, and its data name both
sides' organizations. Other news need a consumer that finds its own readers, and a file without `LIVE`:
functions/notifications/tell_searchers.py with news/saved_searches.py.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from shared.kit.catalog import Role
from shared.kit.consumer import Event
from shared.kit.fields import FrameData
from shared.notifications.entries import AccountMail, News, NewsFrame
from shared.notifications.models import NotificationNew
from shared.organizations.roles import Right, may
from shared.realtime.channels import Channel

# Imported by name, so that every archive with this file has the others.
_HERE = Path(__file__).parent / "news"


def _words() -> dict[str, ModuleType]:
    names = sorted(module.name for module in iter_modules([str(_HERE)]))
    return {name: import_module(f"shared.notifications.news.{name}") for name in names}


class _Word:
    """What a word's file defines for all its entries; `page_id` names what its page shows, if not the object."""

    def __init__(self, module: ModuleType) -> None:
        self.entries: Mapping[str, News] = getattr(module, "NEWS", {})
        self.mails: Mapping[str, AccountMail] = getattr(module, "MAILS", {})
        self.page: str | None = getattr(module, "PAGE", None)
        self.page_id: str | None = getattr(module, "PAGE_ID", None)
        self.live: type[NewsFrame] | None = getattr(module, "LIVE", None)
        right: Right | None = getattr(module, "RIGHT", None)
        # SUPPORT reads on behalf of nobody.
        self.roles: frozenset[Role] = may(right) - {Role.SUPPORT} if right else frozenset()


_WORDS = [_Word(module) for module in _words().values()]
_WORD_OF = {name: word for word in _WORDS for name in word.entries}

ENTRIES: dict[str, News] = {name: entry for word in _WORDS for name, entry in word.entries.items()}
"""Every entry, by the event's name; where an event has several, with what follows the colon."""

HEARD = tuple(dict.fromkeys(name.partition(":")[0] for word in _WORDS if word.live for name in word.entries))
"""Every event of a deal that people hear of, or that moves what they see."""

MAILED = tuple(dict.fromkeys(name.partition(":")[0] for name, entry in ENTRIES.items() if entry.mails))
"""Every event of a deal that e-mails are written about."""


def events_of(news: Mapping[str, News]) -> tuple[str, ...]:
    """The names of the events in a word's NEWS."""
    return tuple(dict.fromkeys(name.partition(":")[0] for name in news))


ACCOUNT_MAILS: dict[str, AccountMail] = {name: mail for word in _WORDS for name, mail in word.mails.items()}
"""What happens to accounts, by the event's name."""

FRAMES: tuple[type[FrameData], ...] = (
    *dict.fromkeys(frame for word in _WORDS for entry in word.entries.values() for frame in entry.frames),
    *(word.live for word in _WORDS if word.live),
    NotificationNew,
)
"""What live sockets hear of it."""


def entry_of(event: Event) -> tuple[str, News]:
    """The entry for the event, and its name. Raises LookupError."""
    return named(event.name, event.data)


def named(name: str, data: Mapping[str, Any]) -> tuple[str, News]:
    """As entry_of."""
    for key, entry in ENTRIES.items():
        if key.partition(":")[0] == name and entry.when(data):
            return key, entry
    raise LookupError(f"Nobody is told of {name}: add an entry to the NEWS of its word, in {_HERE}.")


def roles_of(event: Event) -> frozenset[Role]:
    """The roles of either side's organization that the event concerns."""
    return _word_of(event).roles


def page_of(event: Event) -> str:
    """The path of the page that shows what the event is about."""
    word = _word_of(event)
    return f"{word.page}/{event.data[word.page_id] if word.page_id else event.object_id}"


def live_of(event: Event) -> type[NewsFrame] | None:
    """The frame that updates the screens of everybody who may see the thing."""
    return _word_of(event).live


def channel_of(event: Event) -> Channel | None:
    """The channel of the thing, if its `live` frame is sent on one."""
    live = live_of(event)
    kind = live.channel_kind if live else None
    return Channel(kind, event.object_id) if kind and event.object_id else None


def _word_of(event: Event) -> _Word:
    return _WORD_OF[entry_of(event)[0]]
