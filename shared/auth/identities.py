"""The SQL of identities at other providers."""

from uuid import UUID

from shared.auth.factors import FACTOR
from shared.auth.identity import Identity
from shared.kit.db import Row, Tx
from shared.kit.request import Caller


def select_identity(tx: Tx, external: Identity) -> Row | None:
    """The account of a person at the provider."""
    return tx.one(_SELECT_IDENTITY, _identity(external))


_SELECT_IDENTITY = f"""
SELECT {FACTOR}
FROM oauth_identities i
JOIN users u ON u.id = i.user_id
WHERE i.provider = %(provider)s AND i.subject = %(subject)s AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
"""


def has_identity(tx: Tx, user_id: UUID, provider: str) -> bool:
    """Whether the account is linked to the provider."""
    return tx.one(_SELECT_HAS_IDENTITY, {"user_id": user_id, "provider": provider}) is not None


_SELECT_HAS_IDENTITY = "SELECT user_id FROM oauth_identities WHERE user_id = %(user_id)s AND provider = %(provider)s"


def insert_identity(tx: Tx, user_id: UUID, external: Identity) -> None:
    values = _identity(external) | {"user_id": user_id}
    tx.run(_DELETE_FORMER_IDENTITY, values)
    tx.run(_INSERT_IDENTITY, values)


# The account was removed from its organization.
_DELETE_FORMER_IDENTITY = """
DELETE FROM oauth_identities i
USING users u
WHERE i.provider = %(provider)s AND i.subject = %(subject)s AND u.id = i.user_id AND u.deleted_at IS NOT NULL
"""

_INSERT_IDENTITY = """
INSERT INTO oauth_identities (provider, subject, user_id) VALUES (%(provider)s, %(subject)s, %(user_id)s)
"""


def insert_passwordless(tx: Tx, caller: Caller, external: Identity) -> Row:
    """A new account without a password. Violates `users_email_key` if the address already has an account."""
    values = {"id": caller.user_id, "organization_id": caller.organization_id, "role": caller.role.value}
    return tx.batch((_INSERT_PASSWORDLESS, values | {"email": external.email, "name": external.name}))[0][0]


_INSERT_PASSWORDLESS = f"""
INSERT INTO users AS u (id, organization_id, email, password_hash, name, role, email_verified)
VALUES (%(id)s, %(organization_id)s, %(email)s, '', %(name)s, %(role)s, true)
RETURNING {FACTOR}
"""


def insert_exchanged(tx: Tx, token_id: UUID, user_id: UUID, seconds: int) -> bool:
    """Whether this code is used for the first time."""
    return tx.one(_INSERT_EXCHANGED, {"id": token_id, "user_id": user_id, "seconds": seconds}) is not None


_INSERT_EXCHANGED = """
INSERT INTO user_tokens (id, user_id, purpose, token_hash, expires_at, spent_at)
VALUES (%(id)s, %(user_id)s, 'OAUTH', encode(sha256(uuid_send(%(id)s)), 'hex'),
        now() + make_interval(secs => %(seconds)s), now())
ON CONFLICT (id) DO NOTHING
RETURNING id
"""


def _identity(external: Identity) -> dict[str, str]:
    return {"provider": external.provider, "subject": external.subject}
