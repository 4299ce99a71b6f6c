"""The refresh token as a cookie: sent only with our own site's requests to /auth, and unreadable for scripts."""

NAME = "refresh_token"
_SCOPE = "Path=/api/v1/auth; HttpOnly; Secure; SameSite=Strict"

FORGOTTEN = f"{NAME}=; Max-Age=0; {_SCOPE}"
"""The header that makes the browser delete it."""


def holding(refresh_token: str, days: int) -> str:
    """The header that makes the browser keep it for that many days."""
    return f"{NAME}={refresh_token}; Max-Age={days * 24 * 3600}; {_SCOPE}"
