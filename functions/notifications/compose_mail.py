"""Compose e-mails for an event.

Queues one e-mail per recipient for functions/notifications/send_mail.py to send. Users who opted out of e-mails get
no notices, but e-mails about the security of an account are always sent. A mailed token is derived again from its
row's id: neither the database nor the outbox ever contains it.
"""

from uuid import UUID

from shared.auth import rules
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.kit.keys import derived_key
from shared.notifications import emails, mail, queries, table
from shared.notifications.entries import Link
from shared.organizations.rules import INVITATION_KEY

_INVITATION = Link("accept-invitation", INVITATION_KEY)


@consumer(
    *table.ACCOUNT_MAILS,
    *table.MAILED,
    "invitation.created",
    emits=False,
    uses=("mail.send", "derive_key.mac", "token_key.encrypt"),
    layers=("mail",),
    # Time for the many people of ten events; what dies with them comes again within the five minutes in
    # which the mail queue drops what it has seen.
    timeout=45,
)
def compose_mail(event: Event, tx: Tx) -> None:
    # Queued last and before the commit: none is lost, and if a crash repeats one, the queue drops the duplicate.
    if event.name in table.ACCOUNT_MAILS:
        _tell_person(event, tx)
    elif event.name == "invitation.created":
        _invite(event, tx)
    else:
        matter, people = queries.select_matter(tx, event)
        for person in emails.readers(event, people):
            mail.queue(emails.notice(event, matter, person), event, person["id"])


def _tell_person(event: Event, tx: Tx) -> None:
    entry = table.ACCOUNT_MAILS[event.name]
    # Whoever has forgotten the password is not signed in, and so no actor; nobody is, where the address is unknown.
    user_id = event.data.get("user_id") or event.actor
    if not user_id or not entry.when(event.data):
        return
    if person := queries.select_recipient(tx, user_id):
        url = _url(entry.link, event) if entry.link else None
        if entry.page:
            url = emails.page(f"{entry.page}/{event.object_id}")
        mail.queue(emails.security_notice(entry.template, person, event, url, entry.facts), event, user_id)


def _invite(event: Event, tx: Tx) -> None:
    if event.object_id and (invited := queries.select_invited(tx, event.object_id)):
        mail.queue(emails.invitation(invited, _url(_INVITATION, event)), event, event.object_id)


def _url(link: Link, event: Event) -> str:
    row = UUID(str(event.data[link.row] if link.row else event.object_id))
    return emails.page(f"{link.page}?token={rules.mailed_token(derived_key(link.key), row)}")
