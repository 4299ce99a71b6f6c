"""Tells every operation behind the authorizer who is calling, as the session's row says now.

API Gateway keeps the answer for 60 seconds: that long an ended session or a changed role lives on.
"""

from shared.kit.authorizer import authorizer
from shared.kit.request import Caller
from shared.kit.tokens import caller_of


@authorizer(uses=("signing_key.read",))
def authorize(authorization: str) -> Caller:
    return caller_of(authorization)
