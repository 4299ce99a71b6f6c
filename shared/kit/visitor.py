"""The caller of a public operation: identified if they send a token, which nobody has to.

A function asks for them by its argument, `caller: Visitor`. Its layer contains what reads tokens.
"""

from collections.abc import Callable
from typing import Annotated, Any

from shared.kit.catalog import HttpOperation
from shared.kit.request import Caller
from shared.kit.unit import perform

Identify = Callable[[HttpOperation, dict[str, Any]], Caller | None]


def identify(operation: HttpOperation, event: dict[str, Any]) -> Caller | None:
    """Whose token the request has; None if it has none. Raises InvalidToken, TokenExpired, SessionEnded."""
    token = event["headers"].get("authorization")
    if token is None:
        return None
    # Most visitors have none: their first answer does not wait for the import of what reads tokens.
    from shared.kit.tokens import caller_of, claims_of

    claims = claims_of(token)
    return perform(operation, lambda: caller_of(claims))


Visitor = Annotated[Caller | None, identify]
