"""An identity at another provider, on its way from the callback to the exchange.

The callback runs where providers can be reached and the database cannot. What it learns travels through the user's
browser as a code: encrypted, valid once, for a minute.
"""

import json
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from uuid import UUID

from shared.auth.rules import InvalidOAuthCode
from shared.kit.aws import AwsError
from shared.kit.sealed import seal, unseal

CODE_SECONDS = 60
_PURPOSE = "oauth exchange"
"""Marks a code: other texts that are encrypted with the same key are not one."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the provider says about a user whose e-mail address it has verified; `role` is the user's choice."""

    id: str
    provider: str
    subject: str
    email: str
    name: str
    role: str
    told_at: int

    @property
    def token_id(self) -> UUID:
        """Identifies the code, so that it can be used only once."""
        return UUID(self.id)


def code_of(identity: Identity) -> str:
    """Needs `uses=("token_key.encrypt",)`."""
    sealed = b64decode(seal(json.dumps({"purpose": _PURPOSE, **asdict(identity)})))
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def identity_of(code: str, now: float) -> Identity:
    """Needs `uses=("token_key.decrypt",)`. Raises InvalidOAuthCode if it is not ours, or too old."""
    try:
        sealed = urlsafe_b64decode(code.encode("ascii") + b"=" * (-len(code) % 4))
        claims = json.loads(unseal(b64encode(sealed).decode()))
    except (AwsError, ValueError) as error:
        if isinstance(error, AwsError) and error.status >= 500:
            raise
        raise InvalidOAuthCode() from None
    if not isinstance(claims, dict) or claims.pop("purpose", None) != _PURPOSE:
        raise InvalidOAuthCode()
    identity = Identity(**claims)
    if now - identity.told_at > CODE_SECONDS:
        raise InvalidOAuthCode()
    return identity
