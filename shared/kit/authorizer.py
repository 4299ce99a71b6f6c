"""The HTTP API's Lambda authorizer: it identifies the caller and never refuses.

API Gateway's own refusal has a fixed format, so a bad token is passed on as `{"refusal": code}` and the
operation answers 401 in our envelope. While the database does not respond, a good token is passed on as
`{"session_id", "subject"}`: the operation looks up the session itself, or answers 503.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from shared.kit.catalog import Kind, Operation
from shared.kit.errors import Unauthenticated, Unavailable
from shared.kit.gate import correlation_id
from shared.kit.request import Caller, Request, begin
from shared.kit.tokens import claims_of
from shared.kit.unit import perform


class AuthorizerOperation(Operation):
    """The operation that API Gateway asks who is calling."""

    kind: ClassVar[Kind] = "authorizer"


class Authorizer:
    """A declared authorizer: callable as its own Lambda handler."""

    def __init__(self, function: Callable[[dict[str, Any]], Caller], operation: Operation) -> None:
        self.function = function
        self.operation = operation
        self.__name__ = operation.name
        self.__doc__ = function.__doc__

    def __call__(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        headers = event.get("headers") or {}
        begin(Request(self.operation, correlation_id(headers.get("x-correlation-id"))))
        claims: dict[str, Any] = {}
        try:
            claims = claims_of(event["identitySource"][0])
            caller = perform(self.operation, lambda: self.function(claims))
        except Unauthenticated as refusal:
            return {"isAuthorized": True, "context": {"refusal": refusal.code}}
        except Unavailable:
            if not claims:
                raise
            return {"isAuthorized": True, "context": {"session_id": claims["sid"], "subject": claims["sub"]}}
        return {
            "isAuthorized": True,
            "context": {
                "user_id": str(caller.user_id),
                "organization_id": str(caller.organization_id),
                "role": caller.role.value,
                "session_id": str(caller.session_id),
                "email_verified": "true" if caller.email_verified else "false",
            },
        }


def authorizer(
    *, uses: tuple[str, ...], timeout: int = 10
) -> Callable[[Callable[[dict[str, Any]], Caller]], Authorizer]:
    """Declare the authorizer: a function from a good token's claims to a caller."""

    def declare(function: Callable[[dict[str, Any]], Caller]) -> Authorizer:
        operation = AuthorizerOperation(
            function=function,
            database="auth",
            uses=uses,
            layers=("common", "tokens"),
            timeout=timeout,
        )
        return Authorizer(function, operation)

    return declare
