"""Refusals: every answer other than success.

    Refusal
    ├── Unauthenticated   401  the caller is unknown
    ├── Forbidden         403  the role never allows this
    ├── NotFound          404  it does not exist for this caller
    ├── Conflict          409  the current state does not allow it
    ├── Stale             412  it has changed since the caller read it
    ├── Invalid           400  the request itself is wrong
    │   └── Unprocessable     422  well-formed, but contradictory
    ├── RateLimited       429  too many requests
    └── Unavailable       503  a dependency does not respond; the same request may work soon

A word's own refusals derive from these and are named by the fact (`SpaceNotAvailable`); the code on
the wire is that name (`SPACE_NOT_AVAILABLE`). Anything else that is raised is a defect: 500.
"""

import re
from typing import Any, ClassVar, Literal

# A request may be wrong in ten thousand fields with names of its own making: an answer has room for the first.
_MOST_DETAILS = 100
_LONGEST_NAME = 200


DetailCode = Literal[
    "REQUIRED",
    "UNKNOWN",
    "WRONG_TYPE",
    "WRONG_FORMAT",
    "NOT_A_CHOICE",
    "TOO_LONG",
    "TOO_SHORT",
    "TOO_LARGE",
    "TOO_SMALL",
    "IN_USE",
    "INVALID_CHARACTER",
    "INVALID",
]
"""What is wrong with a field, for programs. INVALID: a rule of the field's own, which the message says."""


class Detail(dict[str, str]):
    """One field that is wrong, and why: `{"field": …, "code": …, "message": …}`."""

    def __init__(self, field: str, message: str, code: DetailCode = "INVALID") -> None:
        super().__init__(field=field[:_LONGEST_NAME], code=code, message=message)


class Refusal(Exception):
    """Base of all refusals.

    `constraint` names the database constraint whose violation means this refusal, so that a race
    that only the database can see is reported in the same words as the check that came before it.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    message: ClassVar[str]
    constraint: ClassVar[str | None] = None
    remedy: ClassVar[str | None] = None
    """What a client does about it, if the remedy that docs/errors.md inherits says too little."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).upper()

    def __init__(
        self,
        *details: Detail,
        message: str | None = None,
        retry_after: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.details = list(details[:_MOST_DETAILS])
        self.text = message or self.message
        self.retry_after = retry_after
        self.headers = headers or {}
        super().__init__(f"{self.code}: {self.text}")


class Unauthenticated(Refusal):
    status = 401
    code = "UNAUTHORIZED"
    message = "A valid access token is required."


class Forbidden(Refusal):
    status = 403
    code = "FORBIDDEN"
    message = "Your role does not allow this."


class EmailNotVerified(Forbidden):
    code = "EMAIL_NOT_VERIFIED"
    message = "Verify your e-mail address first, with the link in the e-mail that we sent you."


class NotFound(Refusal):
    status = 404
    message = "Not found."


class MethodNotAllowed(Refusal):
    status = 405
    message = "This path does not support that method."


class Conflict(Refusal):
    status = 409
    message = "The current state does not allow this."


class Stale(Refusal):
    status = 412
    code = "PRECONDITION_FAILED"
    message = "This has changed since you last read it. Read it again."


class Invalid(Refusal):
    status = 400
    code = "VALIDATION_ERROR"
    message = "The request is not valid."


class Unprocessable(Invalid):
    status = 422
    code = "UNPROCESSABLE"
    message = "These lease terms contradict each other."


class RateLimited(Refusal):
    status = 429
    code = "RATE_LIMIT_EXCEEDED"
    message = "Too many requests; please try again later."


class Unavailable(Refusal):
    status = 503
    code = "SERVICE_UNAVAILABLE"
    message = "The service is temporarily unavailable. Please try again."


class KeyReused(Unprocessable):
    code = "IDEMPOTENCY_KEY_REUSED"
    message = "This Idempotency-Key was already used with a different request."


class KeyInFlight(Conflict):
    code = "IDEMPOTENCY_KEY_IN_FLIGHT"
    message = "A request with this Idempotency-Key is still in progress."


class TokenExpired(Unauthenticated):
    code = "TOKEN_EXPIRED"
    message = "The access token has expired. Refresh it."


class InvalidToken(Unauthenticated):
    code = "INVALID_TOKEN"
    message = "The access token is not valid."


class SessionEnded(Unauthenticated):
    code = "SESSION_ENDED"
    message = "This session has ended. Sign in again."
