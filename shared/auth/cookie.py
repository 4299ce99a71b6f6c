"""The refresh token as a cookie: only requests of our own site to /auth carry it, and no script reads it."""

NAME = "refresh_token"
_SCOPE = "Path=/api/v1/auth; HttpOnly; Secure; SameSite=Strict"

FORGOTTEN = f"{NAME}=; Max-Age=0; {_SCOPE}"
"""Makes the browser let go of it."""


def holding(refresh_token: str, days: int) -> str:
    """The header that makes the browser keep it for so many days."""
    return f"{NAME}={refresh_token}; Max-Age={days * 24 * 3600}; {_SCOPE}"
