"""Whose a number is, and what it has asked for."""

import hmac
from datetime import timedelta
from uuid import UUID

from shared.kit.errors import Conflict, Invalid, Unauthenticated

CODE_KEY = "phone codes"
"""The purpose of the key that codes are derived with."""
CODE_LIFE = timedelta(minutes=10)
MOST_ATTEMPTS = 5
MOST_DEVICES = 20
"""Of one person; the oldest gives way."""


class NumberStopped(Conflict):
    message = "This number has asked for no more messages."
    remedy = "Send START from that phone to the number that the messages come from, then try again."


class NoPendingPhone(Conflict):
    message = "No number waits for a code, or its code is no longer good."
    remedy = "Ask for a new code with `POST /api/v1/users/me/phone`."


class WrongPhoneCode(Invalid):
    code = "INVALID_CODE"
    message = "The code is wrong."
    remedy = "Ask the user for the six digits of the latest message. After five attempts, ask for a new code."


class ForgedTwilioMessage(Unauthenticated):
    code = "FORGED_MESSAGE"
    message = "The message is not signed with our account's token."
    remedy = "Only Twilio calls this operation, with a signature of its own."


def code_of(key: bytes, phone_id: UUID) -> str:
    """The six digits that confirm the number: derived whenever they are needed, never stored. `key` is that of
    CODE_KEY."""
    digest = hmac.digest(key, phone_id.bytes, "sha256")
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def is_code(key: bytes, phone_id: UUID, code: str) -> bool:
    """Whether that is the number's code."""
    return hmac.compare_digest(code_of(key, phone_id), code)
