"""The list of everything that the API may answer instead of what was asked: `make openapi` writes docs/errors.md.

Codes, messages and who answers them come from the refusals themselves; what a client does about them, and what API
Gateway answers before any of our code runs, stands here.
"""

from collections.abc import Sequence
from pathlib import Path

from shared.kit import errors
from shared.kit.catalog import Operation
from shared.kit.errors import Refusal
from shared.kit.reply import Defect
from shared.kit.unit import CommitUnknown
from shared.kit.wire import MalformedJson
from tools.describe.openapi import refusals_of

DOCUMENT: Path = Path("docs/errors.md")

_MANY = 12
"""More operations than these are not listed by name."""

REMEDIES: dict[type[Refusal], str] = {
    errors.Invalid: "Correct the fields that `details` names. The same request again is refused again.",
    MalformedJson: "Send one JSON object, UTF-8, without duplicate keys, of at most 256 KB.",
    errors.Unauthenticated: "Sign in, then ask again.",
    errors.TokenExpired: "`POST /api/v1/auth/refresh`, then the same request with the new token.",
    errors.InvalidToken: "Throw the token away and sign in.",
    errors.SessionEnded: "Sign in: the session was ended here, elsewhere, or by a new password.",
    errors.Forbidden: "Do not offer this to this role.",
    errors.EmailNotVerified: "Let the person open the link of the mail; `POST /api/v1/auth/verify-email/resend` sends "
    "another one.",
    errors.NotFound: "Take it off the screen: it does not exist, or not for this caller.",
    errors.MethodNotAllowed: "Use one of the methods in `Allow`.",
    errors.Conflict: "Read the thing again and show what it is now; asking again alone changes nothing.",
    errors.Stale: "Read the thing again, apply the change to what was read, send it with the new `ETag`.",
    errors.Senseless: "Let the person correct the terms; `details` says which.",
    errors.KeyReused: "A defect of the client: one key for each thing that is to be done once.",
    errors.KeyInFlight: "Wait `Retry-After` seconds, then the same request under the same key.",
    errors.RateLimited: "Wait `Retry-After` seconds, then the same request.",
    errors.Unavailable: "Wait `Retry-After` seconds (else a few, longer each time), then the same request. A change is "
    "safe to repeat under the same `Idempotency-Key`.",
    CommitUnknown: "It may have been done or not: the same request under the same `Idempotency-Key` tells.",
    Defect: "Show the `request_id` to the person and to us. Repeating seldom helps; under a key it is safe.",
}
"""What a client does about a refusal, or about those that derive from it."""

_INTRODUCTION = """# Errors

<!-- written by `make openapi` from the refusals (shared/*/rules.py, shared/kit/errors.py) -->

Every refusal of ours has this body, over HTTP under `error` beside `meta`, over WebSocket as the `data` of a frame
`error`. Programs decide by `code`, which never changes; `message` is for people and may.

```json
{"error": {"code": "VALIDATION_ERROR", "message": "The request is not valid.",
           "details": [{"field": "bid_amount", "message": "must be greater than 0"}], "retry_after": 30},
 "meta": {"timestamp": "2026-01-27T12:00:00Z", "request_id": "0195f3a8…"}}
```

`retry_after` (seconds, also as `Retry-After`) is there where waiting helps. `request_id` is the `X-Correlation-ID` by
which we find the request in our logs. A refusal has changed nothing, save that it was counted and, where a known
caller was refused a change, recorded.
"""

_GATEWAY = """
## What API Gateway answers itself

Before any of our code runs, in the gateway's shape: `{"message": "…"}`, without `error`, code or correlation id.

| status | when | body | what to do |
|---|---|---|---|
| 401 | an operation for signed-in users was asked without the header `Authorization` | `{"message":"Unauthorized"}` | \
as for `UNAUTHORIZED` |
| 413 | the body is larger than 10 MB | `{"message":"Request Entity Too Large"}` | send less |
| 413, 500 | the body is larger than Lambda takes (6 MB, as text) | `{"message":null}`, \
`{"message":"Internal Server Error"}` | send less |
| 429 | the whole platform, or this operation, is asked more than its throttle allows, whoever asks | \
`{"message":"Too Many Requests"}` | wait a second, longer each time |
| 431 | the headers are larger than 10,240 bytes | none, or `{"message":null}` | send fewer cookies |
| 500 | a function died before it could answer | `{"message":"Internal Server Error"}` | as for `INTERNAL_ERROR` |
| 503 | a function took over 30 s or could not be started | `{"message":"Service Unavailable"}` | \
as for `SERVICE_UNAVAILABLE` |

Over WebSocket:

| what | when | what to do |
|---|---|---|
| the opening is refused with 401 | `$connect` was given a token that is expired, invalid or of an ended session | \
refresh, open again |
| the opening is refused with 429 or 500 | too many openings at once, or `$connect` failed | wait, open again |
| the opening is refused with 403 | the path is not the stage's (`/ws`) | a defect of the client |
| a frame `{"message": "Internal server error", "connectionId": …, "requestId": …}` | a function died before it could \
answer | the same message again |
| a frame `{"message": "Forbidden", …}` | the message was too many a second for the gateway, or a binary one | wait |
| the socket closes with 1001 or 1006 | two hours, ten minutes of silence, an expired token, or the network | \
open again; `GET /api/v1/notifications?after=<id>` tells what was missed |
| the socket closes with 1009 | a message of over 128 KB, or a frame of over 32 KB | send less |
"""


def document(operations: Sequence[Operation]) -> str:
    """The Markdown of docs/errors.md."""
    raised: dict[tuple[int, str], tuple[dict[str, type[Refusal]], set[str]]] = {}
    for operation in operations:
        if operation.kind != "endpoint":
            continue
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
    return f"{len(names)} operations" if len(names) > _MANY else ", ".join(f"`{name}`" for name in sorted(names))
