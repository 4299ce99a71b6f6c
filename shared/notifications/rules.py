"""Who is notified of what. What an event tells whom is in the table of news (shared/notifications/table.py)."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from shared.kit.consumer import Event
from shared.kit.db import Row
from shared.kit.fields import FrameData
from shared.notifications import languages, table
from shared.notifications.entries import Amount, News
from shared.notifications.models import (
    Deal,
    Notice,
    NotificationActor,
    NotificationNew,
    NotificationSubject,
    Person,
    Side,
)
from shared.notifications.news.saved_searches import MATCHED
from shared.users.models import Language
from shared.users.preferences import is_wanted


def concerned(event: Event, people: list[Person]) -> list[Person]:
    """Those of both sides' people who may see what the event is about, whoever caused it among them."""
    _, entry = table.entry_of(event)
    roles = table.roles_of(event)
    return [person for person in people if person.side in entry.seen_by and person.role in roles]


def notices(event: Event, deal: Deal, people: list[Person]) -> list[Notice]:
    """What the people are told; who caused it knows already."""
    key, entry = table.entry_of(event)
    facts = facts_of(entry, event.data, asdict(deal))
    notified = [
        person
        for person in people
        if entry.sentence(person.side) is not None and person.id != event.actor and person.reads(entry.kind)
    ]
    return [
        Notice(
            user_id=person.id,
            **said(key, entry, person.side, person.language, facts),
            metadata=_metadata(event),
            event=event.name,
            subject=_subject(event),
            actor=_actor(event, deal, person),
        )
        for person in notified
    ]


def frames(event: Event, person: Person) -> list[FrameData]:
    """The frames that carry the change itself to a person who is concerned."""
    _, entry = table.entry_of(event)
    news = entry.frames if entry.sentence(person.side) is not None else ()
    return [*(kind.told(event) for kind in news), *change(event)]


def change(event: Event) -> list[FrameData]:
    """The frame that updates the screens of everybody who may see the thing, if it has changed."""
    _, entry = table.entry_of(event)
    live = table.live_of(event)
    return [live.told(event)] if live and entry.changes else []


def matches(event: Event, found: list[Row]) -> list[Notice]:
    """What the owners of saved searches are told of the space that was found."""
    return [
        Notice(
            user_id=row["user_id"],
            **match(event, row),
            metadata={"space_id": event.object_id, "saved_search_id": row["saved_search_id"]},
            event=MATCHED,
            subject=_subject(event),
            actor=None,
        )
        for row in found
        if is_wanted(row, "saved_search", "in_app")
    ]


def match(event: Event, row: Row) -> dict[str, Any]:
    """What the owner of one saved search is told."""
    key, entry = table.named(MATCHED, event.data)
    return said(key, entry, "CLIENT", row["language"], facts_of(entry, event.data, row))


def ended_import(event: Event, person: Row) -> Notice:
    """What whoever asked for an import is told of its end; `person` has their `id`, `language` and the `file_name`."""
    key, entry = table.named(event.name, event.data)
    return Notice(
        user_id=person["id"],
        **said(key, entry, "OWNER", person["language"], facts_of(entry, event.data, person)),
        metadata=_metadata(event),
        event=event.name,
        subject=_subject(event),
        actor=None,
    )


def news(notification_id: UUID, notice: Notice) -> NotificationNew:
    """The frame that tells of a notification."""
    return NotificationNew.of(
        {
            "notification_id": notification_id,
            "type": notice.type,
            "title": notice.title,
            "message": notice.message,
            "event": notice.event,
            "subject": notice.subject,
            "actor": notice.actor,
            "params": notice.params,
        }
    )


Facts = dict[str, Amount | date | int | str]


def facts_of(entry: News, data: dict[str, Any], about: dict[str, Any]) -> Facts:
    """What the entry states, as far as the event says it."""
    read = {fact.name: fact.read(data, about) for fact in entry.facts}
    return {name: value for name, value in read.items() if value is not None}


def said(key: str, entry: News, side: Side, language: Language, facts: Facts) -> dict[str, Any]:
    """The entry in the words of the side and its language, and for programs."""
    written = {name: languages.written(fact, language) for name, fact in facts.items()}
    return {
        "type": entry.kind,
        "title": languages.title(key, entry, language),
        "message": languages.sentence(key, entry, side, language).format(**written),
        "params": _params(facts),
    }


def _params(facts: Facts) -> dict[str, Any]:
    return {
        name: {"amount": fact.amount, "currency": fact.currency} if isinstance(fact, Amount) else fact
        for name, fact in facts.items()
    }


def _metadata(event: Event) -> dict[str, Any]:
    ids = ("bid_id", "contract_id", "space_id")
    metadata = {name: event.data[name] for name in ids if event.data.get(name)}
    return metadata | {f"{_noun(event)}_id": event.object_id}


def _subject(event: Event) -> NotificationSubject:
    return NotificationSubject.of({"type": _noun(event), "id": event.object_id})


def _actor(event: Event, deal: Deal, reader: Person) -> NotificationActor | None:
    """A person's name is for their own side: neither side reads the other's users."""
    if deal.actor_side is None:
        return None
    if deal.actor_side == reader.side:
        return NotificationActor.of({"type": "USER", "id": event.actor, "name": deal.actor_name})
    name, organization_id = (
        (deal.owner, event.data["owner_organization_id"])
        if deal.actor_side == "OWNER"
        else (deal.client, event.data["client_organization_id"])
    )
    return NotificationActor.of({"type": "ORGANIZATION", "id": organization_id, "name": name})


def _noun(event: Event) -> str:
    return event.name.partition(".")[0]
