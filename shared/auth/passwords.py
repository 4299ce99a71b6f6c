"""Passwords: bcrypt at cost 12, and the same work if there is no hash to compare with."""

import bcrypt

COST = 12

_NOBODY = b"$2b$12$owaBonaOy6XLIXuRDcg9e.p3qtGlM5e5CoEgR/RNt7TAIQFlRwzDm"
"""The hash of an unknown password, so that an unknown e-mail address takes as long as a known one."""


def hash_password(password: str) -> str:
    """A bcrypt hash of at most 72 bytes of UTF-8 (the models check that)."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(COST)).decode()


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether this is the password, with exactly one bcrypt; without a hash it is not."""
    matches = bcrypt.checkpw(password.encode(), password_hash.encode() if password_hash else _NOBODY)
    return matches and password_hash is not None
