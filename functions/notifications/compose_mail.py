"""Compose e-mails for an event.

Queues one e-mail per recipient for functions/notifications/send_mail.py to send. Users who opted out of e-mails get
no notices, but e-mails about the security of an account are always sent. A mailed token is derived again from its
row's id: neither the database nor the outbox ever contains it.
"""

from uuid import UUID

from shared.auth import rules
from shared.kit.consumer import Event, consumer
from shared.kit.db import Row, Tx
from shared.kit.keys import derived_key
from shared.notifications import letters, mail, queries
from shared.organizations.rules import INVITATION_KEY

_SECURITY = (
    "user.registered",
    "user.verification_requested",
    "user.identity_linked",
    "user.password_changed",
    "user.second_factor_enabled",
    "user.second_factor_disabled",
    "user.second_factor_removed",
    "password_reset.requested",
    "session.revoked",
)


@consumer(
    *_SECURITY,
    *letters.NOTICES,
    "invitation.created",
    emits=False,
    uses=("mail.send", "derive_key.mac", "token_key.encrypt"),
    layers=("mail",),
    # Time for the many people of ten events; what dies with them comes again within the five minutes in
    # which the mail queue drops what it has seen.
    timeout=45,
)
def compose_mail(event: Event, tx: Tx) -> None:
    # Queued last and before the commit: none is lost, and of what a crash repeats the queue drops the second.
    if event.name in letters.NOTICES:
        matter, people = queries.select_matter(tx, event)
        for person in letters.readers(event, people):
            mail.queue(letters.notice(event, matter, person), event, person["id"])
        return
    if event.name == "invitation.created":
        if event.object_id and (invited := queries.select_invited(tx, event.object_id)):
            token = rules.mailed_token(derived_key(INVITATION_KEY), event.object_id)
            url = letters.page(f"accept-invitation?token={token}")
            mail.queue(letters.invitation(invited, url), event, event.object_id)
        return
    # Who has forgotten the password is not signed in, and so no actor; whoever nobody knows is neither.
    user_id = event.data.get("user_id") or event.actor
    if user_id and (user := queries.select_recipient(tx, user_id)) and (written := _security_notice(event, user)):
        mail.queue(written, event, user_id)


def _security_notice(event: Event, person: Row) -> mail.Mail | None:
    match event.name:
        case "user.registered" | "user.verification_requested":
            token = rules.mailed_token(derived_key(rules.VERIFICATION_KEY), UUID(event.data["verification_id"]))
            return letters.security_notice("verification", person, letters.page(f"verify-email?token={token}"))
        case "password_reset.requested" if event.object_id:
            token = rules.mailed_token(derived_key(rules.RESET_KEY), event.object_id)
            return letters.security_notice("password_reset", person, letters.page(f"reset-password?token={token}"))
        case (
            "user.password_changed"
            | "user.second_factor_enabled"
            | "user.second_factor_disabled"
            | "user.second_factor_removed"
        ):
            return letters.security_notice(event.name.removeprefix("user."), person)
        case "user.identity_linked" if not event.data["is_new"]:
            return letters.identity_linked(person, event.data["provider"])
        case "session.revoked" if event.data["revoked_reason"] == rules.REUSED:
            return letters.security_notice("session_ended", person)
        case _:
            return None
