"""Passwords: bcrypt at cost 12, and the same work where there is nothing to compare with."""

import bcrypt

COST = 12

_NOBODY = b"$2b$12$owaBonaOy6XLIXuRDcg9e.p3qtGlM5e5CoEgR/RNt7TAIQFlRwzDm"
"""A hash of something nobody knows: an unknown e-mail address costs what a known one does."""


def hash_password(password: str) -> str:
    """A bcrypt hash; at most 72 bytes of UTF-8 (the models see to it)."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(COST)).decode()


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether this is the password, by exactly one bcrypt; with no hash it is not."""
    matches = bcrypt.checkpw(password.encode(), password_hash.encode() if password_hash else _NOBODY)
    return matches and password_hash is not None
