"""Writes the mail that an event calls for and hands it to the queue of functions/notifications/send_mail.py.

The verification token is made again from its row's id: the database and the outbox never hold it.
"""

from uuid import UUID

from shared.auth import rules
from shared.kit.consumer import Event, consumer
from shared.kit.db import Row, Tx
from shared.kit.keys import derived_key
from shared.notifications import mail, queries


@consumer("user.registered", "session.revoked", uses=("mail.send", "derive_key.mac"))
def compose_mail(event: Event, tx: Tx) -> None:
    person = queries.select_recipient(tx, event.actor) if event.actor else None
    written = _written(event, person) if person else None
    if written:
        # Queued last and before the commit: a mail may come twice after a crash, but none is lost.
        mail.queue(written, event.correlation_id)


def _written(event: Event, person: Row) -> mail.Mail | None:
    match event.name:
        case "user.registered":
            token_id = UUID(event.data["verification_id"])
            token = rules.mailed_token(derived_key(rules.VERIFICATION_KEY), token_id)
            return mail.verification(person, token)
        case "session.revoked" if event.data["revoked_reason"] == rules.REUSED:
            return mail.session_ended(person)
        case _:
            return None
