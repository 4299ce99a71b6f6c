"""What e-mails an event brings, and to whom: composed when they are sent, however long they were held.

Only functions with the layer `mail` import this module: shared/notifications/emails.py renders.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from shared.auth import rules
from shared.kit.consumer import Event
from shared.kit.db import Row, Tx
from shared.kit.keys import derived_key
from shared.notifications import emails, queries, table, tickets
from shared.notifications.emails import Written
from shared.notifications.entries import Link
from shared.users.preferences import Kind, is_wanted


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to one person, with their choices and the moment `now`; not written yet."""

    person: Row
    kind: Kind | None
    """None for what is news of no kind, but waits for the end of quiet hours."""
    write: Callable[[], Written]


def letters(tx: Tx, event: Event) -> list[Letter]:
    """The e-mails of the event to those who want to be mailed, and may see what it is about, now."""
    if event.name in table.ACCOUNT_MAILS:
        return _account_letters(tx, event)
    if event.name.startswith(("maintenance.", "contractor.")):
        return _ticket_letters(tx, event)
    return _deal_letters(tx, event)


def link_to(link: Link, event: Event) -> str:
    """The page that the mailed token opens. Needs `uses=("derive_key.mac",)`."""
    row = UUID(str(event.data[link.row] if link.row else event.object_id))
    return emails.page(f"{link.page}?token={rules.mailed_token(derived_key(link.key), row)}")


def _deal_letters(tx: Tx, event: Event) -> list[Letter]:
    matter, people = queries.select_matter(tx, event)
    _, entry = table.entry_of(event)
    return [
        Letter(person, entry.kind, lambda person=person: emails.notice(event, matter, person))  # type: ignore[misc]
        for person in emails.readers(event, people)
    ]


def _ticket_letters(tx: Tx, event: Event) -> list[Letter]:
    told = tickets.select_told(tx, event, lock=False)
    _, entry = table.entry_of(event)

    def written(person: Row, about: Row) -> Callable[[], Written]:
        return lambda: emails.ticket_notice(event, about, person)

    people = emails.readers(event, told.people) if told else []
    return [Letter(person, entry.kind, written(person, told.about)) for person in people if told]


def _account_letters(tx: Tx, event: Event) -> list[Letter]:
    entry = table.ACCOUNT_MAILS[event.name]
    # Whoever has forgotten the password is not signed in, and so no actor; nobody is, where the address is unknown.
    user_id = event.data.get("user_id") or event.actor
    if not user_id or not entry.when(event.data):
        return []
    person = queries.select_recipient(tx, user_id)
    if person is None or (entry.kind and not is_wanted(person, entry.kind, "email")):
        return []

    def write() -> Written:
        url = link_to(entry.link, event) if entry.link else None
        if entry.page:
            url = emails.page(f"{entry.page}/{event.object_id}")
        return emails.security_notice(entry.template, person, event, url, entry.facts)

    return [Letter(person, "security" if entry.is_security else entry.kind, write)]
