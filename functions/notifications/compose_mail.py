"""Compose e-mails for an event.

Queues one e-mail per recipient for functions/notifications/send_mail.py to send. Users who opted out of e-mails get
no notices, and what they get waits for the end of their quiet hours or for their daily digest
(functions/notifications/release_held.py); e-mails about the security of an account are always sent, at once. A mailed
token is derived again from its row's id: neither the database nor the outbox ever contains it.
"""

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.notifications import emails, held, mail, queries, table
from shared.notifications.entries import Link
from shared.notifications.letters import letters, link_to
from shared.organizations.rules import INVITATION_KEY
from shared.users.preferences import held_until

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
    if event.name == "invitation.created":
        _invite(event, tx)
        return
    for letter in letters(tx, event):
        person = letter.person
        due_at = held_until(person, letter.kind, "email", person["now"])
        if due_at is None:
            mail.queue(letter.write().mail, event, person["id"])
        else:
            held.hold(tx, person["id"], event.id, "email", due_at)


def _invite(event: Event, tx: Tx) -> None:
    if event.object_id and (invited := queries.select_invited(tx, event.object_id)):
        mail.queue(emails.invitation(invited, link_to(_INVITATION, event)), event, event.object_id)
