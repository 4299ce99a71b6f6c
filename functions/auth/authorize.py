"""Authorize a request.

Tells every operation behind the authorizer who the caller is, according to the session's row. API Gateway caches
the answer for 45 seconds, so an ended session or a changed role can persist for that long.
"""

from typing import Any

from shared.kit.authorizer import authorizer
from shared.kit.request import Caller
from shared.kit.tokens import caller_of


@authorizer(uses=("signing_key.read",))
def authorize(claims: dict[str, Any]) -> Caller:
    return caller_of(claims)
