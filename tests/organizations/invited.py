"""How somebody comes into an organization: asked, mailed, accepted."""

from typing import Any

from functions.auth.accept_invitation import accept_invitation
from functions.notifications.compose_mail import compose_mail
from functions.organizations.invite_member import invite_member
from shared.kit.ids import new_id
from tests.auth.mailbox import mails_to, token_in
from tests.call import call, invoke
from tests.world import PASSWORD


def address() -> str:
    """One that nobody has."""
    return f"{new_id().hex}@example.com"


def invite(inviter: Any, role: str = "AGENT", email: str | None = None) -> dict[str, Any]:
    """The invitation, with the token that its mail brings."""
    asked = {"email": email or address(), "role": role}
    reply = call(invite_member, as_=inviter, body=asked)
    assert reply.status == 201, reply.body
    invitation: dict[str, Any] = reply.json
    return invitation | {"token": token_of(invitation)}


def token_of(invitation: dict[str, Any]) -> str:
    return token_in(mail_of(invitation))


def mail_of(invitation: dict[str, Any]) -> dict[str, Any]:
    event = {"id": new_id(), "name": "invitation.created", "object_id": invitation["id"], "correlation_id": "test"}
    more = {"actor": invitation["invited_by"], "data": {}, "occurred_at": invitation["created_at"]}
    assert invoke(compose_mail, event | more) == []
    [mail] = mails_to(invitation["email"])
    return mail


def accept(invitation: dict[str, Any], **changes: Any) -> Any:
    """The answer to somebody who opens an account with the token."""
    body = {"token": invitation["token"], "name": "Ada Agent", "password": PASSWORD} | changes
    return call(accept_invitation, body=body)
