"""The elements of the table of news: an entry for each event, the facts that it states, and the frames that it sends.

The table itself stands in news/<word>.py; shared/notifications/table.py finds it there.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Self

from shared.kit.consumer import Event
from shared.kit.fields import FrameData
from shared.notifications.models import NotificationType, Side
from shared.users.preferences import Kind

Data = Mapping[str, Any]
BOTH: tuple[Side, ...] = ("OWNER", "CLIENT")


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in machine-readable form."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One of an event's `params`, and the placeholder of that name in its sentences.

    `read` takes the event's data and what the deal is about (`space`, `currency`, and what a consumer adds to these),
    and returns an Amount, a date, a number or a text; None where the event does not say.
    """

    name: str
    read: Callable[[Data, Data], Amount | date | int | str | None]
    form: Literal["", "amount", "date"] = ""
    """What it is, if not a text or a number."""


def money(name: str, read: Callable[[Data], Any] | None = None) -> Fact:
    """An amount in the deal's currency: the event's field of that name, or what `read` makes of the event's data."""

    def amount(data: Data, about: Data) -> Amount | None:
        found = data.get(name) if read is None else read(data)
        return None if found is None else Amount(Decimal(found), about["currency"])

    return Fact(name, amount, "amount")


def day(name: str) -> Fact:
    """The event's date of that name."""
    return Fact(name, lambda data, about: date.fromisoformat(str(data[name])) if data.get(name) else None, "date")


def plain(name: str) -> Fact:
    """The event's text or number of that name, as it is."""
    return Fact(name, lambda data, about: data.get(name))


def known(name: str) -> Fact:
    """What the event is about, by the name under which the consumer knows it: `space` for every deal."""
    return Fact(name, lambda data, about: about[name])


SPACE = known("space")


class NewsFrame(FrameData):
    """A frame that is made from an event alone."""

    @classmethod
    @abstractmethod
    def told(cls, event: Event) -> Self:
        """The frame that reports the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Whom one event notifies, and with what.

    An entry without a title has nothing for people to read: it only moves what their screens show.
    """

    kind: NotificationType | None = None
    title: str | None = None
    owner: str | None = None
    """The sentence for the owner's side; None where it is no news to it. No full stop: titles and sentences are shown
    in lists."""
    client: str | None = None
    contractor: str | None = None
    facts: tuple[Fact, ...] = (SPACE,)
    frames: tuple[type[NewsFrame], ...] = ()
    """The frames for the sides that have a sentence, in addition to the word's own `live` frame."""
    mails: tuple[Side, ...] = ()
    """The sides that get an e-mail. Its template has the event's name, unless there is a `template`."""
    template: str | None = None
    mails_actor: bool = False
    """The user who caused the event gets the e-mail too, because people keep it."""
    seen_by: tuple[Side, ...] = BOTH
    """The sides that may see the thing."""
    changes: bool = True
    """Whether the thing has changed, so that screens have to read it again."""
    when: Callable[[Data], bool] = lambda data: True
    """Of several entries for one event, the first for which this returns true is used."""

    def sentence(self, side: Side) -> str | None:
        """The text for the side."""
        return {"OWNER": self.owner, "CLIENT": self.client, "CONTRACTOR": self.contractor}[side]


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the web application that is opened by a token. The token is derived from the id of its row: `row` names
    it in the event's data; None where it is the event's object."""

    page: str
    key: str
    row: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMail:
    """What an event tells the person to whose account it happened: one e-mail, which they cannot turn off unless it is
    news of a `kind`."""

    template: str
    link: Link | None = None
    page: str | None = None
    """The page of the web application that shows the event's object, where it is not opened by a token."""
    facts: tuple[str, ...] = ()
    """What the template takes of the event's data: dates in words, and phrases in the reader's language."""
    when: Callable[[Data], bool] = lambda data: True
    is_security: bool = True
    """It is sent at once, whatever quiet hours the person has."""
    kind: Kind | None = None
    """The kind of news that the person can turn off after all."""
