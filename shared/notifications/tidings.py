"""What people hear of an event on their phones: written when it is sent, however long it was held.

Only functions with the layer `mail` import this module: what is said of an account stands in its e-mail.
"""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.kit.consumer import Event
from shared.kit.db import Row, Tx
from shared.notifications import languages, queries, rules, table, tickets, written
from shared.notifications.letters import letters
from shared.notifications.models import Deal, Reminder, Tiding
from shared.notifications.news import contractors, maintenance
from shared.notifications.news.imports import ENDED
from shared.users.preferences import is_wanted

WRITTEN = "conversation.written"
TICKETS = (*table.events_of(maintenance.NEWS), *table.events_of(contractors.NEWS))
PREVIEW = 200
"""Characters of a message that a phone shows."""

HEARD = tuple(dict.fromkeys(name.partition(":")[0] for name in table.HEARD)) + tuple(
    [WRITTEN, *TICKETS, *(name for name, mail in table.ACCOUNT_MAILS.items() if mail.is_security and mail.link is None)]
)
"""Every event that phones hear of."""

REMINDED = "payment.due_soon"
ANNOUNCED = "announcement.made"

SEARCHED = ("space.created", "space.updated", "space.freed")
"""What may be news to saved searches: functions/notifications/tell_searchers.py says whether it is."""


def tidings(tx: Tx, event: Event, user_id: UUID | None = None) -> list[Tiding]:
    """What the event means to those who may see what it is about, now; of an announcement, to one person."""
    if event.name in SEARCHED:
        return of_matches(event, queries.select_matches(tx, event))
    if event.name == WRITTEN:
        return [_of_message(event, person) for person in written.select_addressees(tx, event)]
    if event.name in TICKETS:
        return _of_ticket(tx, event)
    if event.name == ENDED and event.object_id:
        person = queries.select_importer(tx, event.object_id)
        return [of_import(event, person)] if person else []
    if event.name == ANNOUNCED:
        reader = queries.select_recipient(tx, user_id) if user_id else None
        return of_announcement(event, [reader] if reader else [])
    return _of_account(tx, event) if event.name in table.ACCOUNT_MAILS else _of_deal(tx, event)


def _of_message(event: Event, person: Row) -> Tiding:
    preview = " ".join(person["content"].split())[:PREVIEW].rstrip(".")
    return Tiding(person, "message", person["sender"], preview, f"messages/{event.object_id}")


def _of_ticket(tx: Tx, event: Event) -> list[Tiding]:
    told = tickets.select_told(tx, event, lock=False)
    _, entry = table.entry_of(event)
    if told is None or entry.kind is None:
        return []
    return [
        Tiding(person, entry.kind, title, sentence, table.page_of(event))
        for person in told.people
        if entry.sentence(person["side"]) is not None and person["id"] != event.actor
        for title, sentence in [tickets.sentence_of(event, told.about, person["side"], person["language"])]
    ]


def of_import(event: Event, person: Row) -> Tiding:
    """What whoever asked for an import is told of its end."""
    notice = rules.ended_import(event, person)
    return Tiding(person, "import_update", notice.title, notice.message, f"imports/{event.object_id}")


def of_announcement(event: Event, people: list[Row]) -> list[Tiding]:
    """What people are told who were not connected when it was announced."""
    title, body = event.data["title"], event.data["body"].rstrip(".")
    return [Tiding(person, "announcement", title, body, "notifications") for person in people]


def of_matches(event: Event, found: list[Row]) -> list[Tiding]:
    """What the owners of saved searches are told of the space that was found: once each, however many find it."""
    first = {row["user_id"]: row for row in reversed(found)}
    return [
        Tiding(row, "saved_search", words["title"], words["message"], f"spaces/{event.object_id}")
        for row in first.values()
        for words in [rules.match(event, row)]
    ]


def is_mailed(event: Event, tiding: Tiding) -> bool:
    """Whether an e-mail of its own tells that person of the event."""
    if event.name in table.ACCOUNT_MAILS:
        return True
    if event.name in SEARCHED:
        return is_wanted(tiding.person, tiding.kind, "email")
    if event.name in (WRITTEN, ENDED, ANNOUNCED):
        return False
    _, entry = table.entry_of(event)
    return tiding.person["side"] in entry.mails and is_wanted(tiding.person, tiding.kind, "email")


def _of_deal(tx: Tx, event: Event) -> list[Tiding]:
    key, entry = table.entry_of(event)
    if entry.kind is None:
        return []
    roles = table.roles_of(event)
    deal, people = queries.select_told(tx, event)
    facts = rules.facts_of(entry, event.data, asdict(deal))
    found = []
    for person in people:
        side = person["side"]
        if side not in entry.seen_by or entry.sentence(side) is None or person["role"] not in roles:
            continue
        if person["id"] == event.actor:
            continue
        words = rules.said(key, entry, side, person["language"], facts)
        reminder = _reminder(event, deal, person) if event.name == REMINDED else None
        found.append(Tiding(person, entry.kind, words["title"], words["message"], table.page_of(event), reminder))
    return found


def _reminder(event: Event, deal: Deal, person: Row) -> Reminder:
    language = person["language"]
    return Reminder(
        client_name=person["name"],
        amount=languages.money(Decimal(event.data["open_amount"]), deal.currency, language),
        space_name=deal.space,
        due_date=languages.day(date.fromisoformat(str(event.data["due_date"])), language),
    )


def _of_account(tx: Tx, event: Event) -> list[Tiding]:
    found = []
    for letter in letters(tx, event):
        if letter.kind == "security":
            mail = letter.write()
            found.append(Tiding(letter.person, "security", mail.mail.subject, mail.opening.rstrip("."), "profile"))
    return found
