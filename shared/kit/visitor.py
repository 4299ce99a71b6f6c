"""The caller of a public operation: whoever sends a token is known, and nobody has to.

A function that wants to know it says so by its argument: `caller: Visitor`. Its layer brings what reads tokens.
"""

from collections.abc import Callable
from typing import Annotated, Any

from shared.kit.catalog import Operation
from shared.kit.request import Caller
from shared.kit.unit import perform

Identify = Callable[[Operation, dict[str, Any]], Caller | None]


def identify(operation: Operation, event: dict[str, Any]) -> Caller | None:
    """Who sends the request's token; None where it has none. Raises InvalidToken, TokenExpired, SessionEnded."""
    token = event["headers"].get("authorization")
    if token is None:
        return None
    # Most visitors have none: their first answer does not wait for what reads tokens.
    from shared.kit.tokens import caller_of, claims_of

    claims = claims_of(token)
    return perform(operation, lambda: caller_of(claims))


Visitor = Annotated[Caller | None, identify]
