"""Tells every operation behind the authorizer who is calling, as the session's row says now.

API Gateway keeps the answer for 45 seconds: that long an ended session or a changed role lives on.
"""

from typing import Any

from shared.kit.authorizer import authorizer
from shared.kit.request import Caller
from shared.kit.tokens import caller_of


@authorizer(uses=("signing_key.read",))
def authorize(claims: dict[str, Any]) -> Caller:
    return caller_of(claims)
