"""The list of every error that the API may answer: `make openapi` writes docs/errors.md.

Codes, messages and the operations that answer them come from the refusals themselves; what a client does about them,
and what API Gateway answers before any of our code runs, is written here.
"""

from collections.abc import Sequence
from pathlib import Path

from shared.kit import errors
from shared.kit.catalog import HttpOperation, Operation, of_kind
from shared.kit.errors import Refusal
from shared.kit.reply import Defect
from shared.kit.unit import CommitUnknown
from shared.kit.wire import MalformedJson
from tools.describe.openapi import refusals_of

DOCUMENT: Path = Path("docs/errors.md")

_MANY = 12
"""If more operations raise an error, they are not listed or counted: a new one then changes no row."""

REMEDIES: dict[type[Refusal], str] = {
    errors.Invalid: "Correct the fields named in `details`. Repeating the same request fails again.",
    MalformedJson: "Send one JSON object, UTF-8, without duplicate keys, of at most 256 KB.",
    errors.Unauthenticated: "Sign in, then repeat the request.",
    errors.TokenExpired: "Call `POST /api/v1/auth/refresh`, then repeat the request with the new token.",
    errors.InvalidToken: "Discard the token and sign in.",
    errors.SessionEnded: "Sign in. The user ended the session here or elsewhere, or set a new password.",
    errors.Forbidden: "Do not offer this action to this role.",
    errors.EmailNotVerified: "Only on stages that ask for a verified e-mail address (prod does, a local platform does "
    "not). Ask the user to open the link in the e-mail. `POST /api/v1/auth/verify-email/resend` "
    "sends a new one.",
    errors.NotFound: "Remove it from the screen: it does not exist, or this caller may not see it.",
    errors.MethodNotAllowed: "Use one of the methods in `Allow`.",
    errors.Conflict: "Read the object again and show its current state. Repeating the request alone does not help.",
    errors.Stale: "Read the object again, reapply the change, and send it with the new `ETag`.",
    errors.Unprocessable: "Ask the user to correct the terms named in `details`.",
    errors.KeyReused: "A bug in the client: use a new key for each action.",
    errors.KeyInFlight: "Wait `Retry-After` seconds, then repeat the request with the same key.",
    errors.RateLimited: "Wait `Retry-After` seconds, then repeat the request.",
    errors.Unavailable: "Wait `Retry-After` seconds (or back off exponentially), then repeat the request. A change "
    "is safe to repeat with the same `Idempotency-Key`.",
    CommitUnknown: "The change may or may not have been made. Repeat the request with the same `Idempotency-Key` "
    "to find out.",
    Defect: "Show the `request_id` to the user, and send it to us. Repeating rarely helps, but is safe with a key.",
}
"""What a client does about a refusal, or about those that derive from it."""

_INTRODUCTION = """# Errors

<!-- written by `make openapi` from the refusals (shared/*/rules.py, shared/kit/errors.py) -->

Every error has this body: over HTTP as `error` next to `meta`, over WebSocket as the `data` of an `error` frame.
Programs rely on `code`, which never changes. `message` is for people and may change.

```json
{"error": {"code": "VALIDATION_ERROR", "message": "The request is not valid.",
           "details": [{"field": "bid_amount", "code": "TOO_SMALL", "message": "must be greater than 0"}],
           "retry_after": 30},
 "meta": {"timestamp": "2026-01-27T12:00:00Z", "request_id": "0195f3a8…"}}
```

`retry_after` (seconds, also in the `Retry-After` header) is present if waiting helps. `request_id` is the
`X-Correlation-ID` by which we find the request in our logs. A refused request changes nothing, except that it counts
towards the rate limit and, if it was a known caller's attempt to change something, is recorded.
"""

_GATEWAY = """
## Responses from API Gateway

API Gateway sends these before any of our code runs, in its own format: `{"message": "…"}`, without `error`, code or
correlation ID.

| status | when | body | what to do |
|---|---|---|---|
| 401 | an operation for signed-in users was called without an `Authorization` header | `{"message":"Unauthorized"}` | \
as for `UNAUTHORIZED` |
| 413 | the body is larger than 10 MB | `{"message":"Request Entity Too Large"}` | send a smaller request |
| 413, 500 | the body is larger than Lambda accepts (6 MB, as text) | `{"message":null}`, \
`{"message":"Internal Server Error"}` | send a smaller request |
| 429 | all callers together exceed the throttle of the platform or of this operation | \
`{"message":"Too Many Requests"}` | wait a second, then back off exponentially |
| 431 | the headers are larger than 10,240 bytes | none, or `{"message":null}` | send fewer cookies |
| 500 | a function crashed before it could respond | `{"message":"Internal Server Error"}` | as for `INTERNAL_ERROR` |
| 503 | a function took over 30 s, could not be started, or serves as many requests at once as it may (ten \
where passwords are checked) | `{"message":"Service Unavailable"}` | \
as for `SERVICE_UNAVAILABLE` |

Over WebSocket:

| what | when | what to do |
|---|---|---|
| the connection is refused with 401 | the token is expired or invalid, or its session has ended | \
refresh the token, then reconnect |
| the connection is refused with 429 or 500 | too many connections were opened at once, or `$connect` failed | \
wait, then reconnect |
| the connection is refused with 403 | the path is not the stage's (`/ws`) | a bug in the client |
| a frame `{"message": "Internal server error", "connectionId": …, "requestId": …}` | a function crashed before it \
could respond | send the message again |
| a frame `{"message": "Forbidden", …}` | too many messages per second, or a binary message | wait |
| the socket closes with 1001 or 1006 | two hours, ten minutes of silence, an expired token, or the network | \
reconnect after a random pause and subscribe again; `GET /api/v1/notifications?after=<id>` returns what was missed |
| the socket closes with 1009 | a message of over 128 KB, or a frame of over 32 KB | send a smaller request |
"""


def document(operations: Sequence[Operation]) -> str:
    """The Markdown of docs/errors.md."""
    raised: dict[tuple[int, str], tuple[dict[str, type[Refusal]], set[str]]] = {}
    for operation in of_kind(HttpOperation, operations):
        for kind in (*refusals_of(operation), *((CommitUnknown,) if operation.writes else ())):
            messages, names = raised.setdefault((kind.status, kind.code), ({}, set()))
            messages.setdefault(kind.message, kind)
            names.add(operation.name)
    lines = [_INTRODUCTION]
    lines += ["| status | code | message | answered by | what to do |", "|---|---|---|---|---|"]
    for (status, code), (messages, names) in sorted(raised.items()):
        told = " / ".join(messages)
        remedies = " / ".join(dict.fromkeys(remedy_of(kind) for kind in messages.values()))
        lines.append(f"| {status} | `{code}` | {told} | {_listed(names)} | {remedies} |")
    return "\n".join(lines) + "\n" + _GATEWAY


def remedy_of(kind: type[Refusal]) -> str:
    """What a client does about it: its own remedy, or that of the nearest refusal that it derives from."""
    return kind.remedy or next(REMEDIES[base] for base in kind.__mro__ if base in REMEDIES)


def _listed(names: set[str]) -> str:
    return "many operations" if len(names) > _MANY else ", ".join(f"`{name}`" for name in sorted(names))
