"""Twilio's messages to us: whether they are genuine, and what they say.

Only functions with the layer `twilio` import this module. Source: Twilio, "Webhooks security", "Track outbound message
status" and "Support for opt-out keywords".
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from twilio.request_validator import RequestValidator

from shared.kit.gate import UUID_FORM
from shared.kit.request import Request
from shared.kit.settings import setting
from shared.phones.rules import ForgedTwilioMessage

_E164 = re.compile(r"\+[0-9]{6,15}")

WORDS = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"), "STOP"),
    **dict.fromkeys(("START", "UNSTOP", "YES"), "START"),
}
"""What Twilio itself understands, in any case."""

STATUSES = {
    "sent": "SENT",
    "delivered": "DELIVERED",
    "read": "DELIVERED",
    "undelivered": "FAILED",
    "failed": "FAILED",
    "canceled": "FAILED",
}
"""The statuses that say more than that a message is on its way."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A number said STOP or START."""

    sid: str
    number: str
    word: str


@dataclass(frozen=True, slots=True)
class Status:
    """How it stands with a message of ours."""

    notice: UUID
    sid: str
    status: str
    error_code: str | None


def check_genuine(request: Request, account: dict[str, Any]) -> dict[str, str]:
    """The form that was posted. Raises ForgedTwilioMessage unless it is signed with one of the account's tokens: while
    the operator changes them, there are two."""
    query = request.event.get("rawQueryString")
    address = f"{setting('PUBLIC_URL')}{request.event['rawPath']}{f'?{query}' if query else ''}"
    given = request.headers.get("x-twilio-signature", "")
    form = dict(parse_qsl(request.raw_body.decode("utf-8", "replace"), keep_blank_values=True))
    tokens = [token for name in ("auth_token", "next_auth_token") if (token := account.get(name))]
    # Until the operator has filled the secret in, there is no account, and nothing to believe.
    if account.get("account_sid") and any([RequestValidator(token).validate(address, form, given) for token in tokens]):
        return form
    raise ForgedTwilioMessage()


def read(form: dict[str, str], request: Request) -> Answer | Status | None:
    """What the form says; None where it does not concern us."""
    sid = form.get("MessageSid") or form.get("SmsSid") or ""
    if not 0 < len(sid) <= 64 or not sid.isalnum():
        return None
    status = STATUSES.get(form.get("MessageStatus", ""))
    notice = (request.event.get("queryStringParameters") or {}).get("notice", "")
    if status and UUID_FORM.fullmatch(notice):
        return Status(UUID(notice), sid, status, form.get("ErrorCode", "")[:20] or None)
    word = WORDS.get(form.get("OptOutType", "").upper()) or WORDS.get(form.get("Body", "").strip().upper())
    number = form.get("From", "").removeprefix("whatsapp:")
    if word and "MessageStatus" not in form and _E164.fullmatch(number):
        return Answer(sid, number, word)
    return None
