"""The WebSocket API's description, read off the catalog: `make openapi` writes docs/asyncapi.json.

As with OpenAPI, nothing that a declaration already says is described by hand: a client may send what the routes and the
endpoints' `socket=` declare, and receives answers and the frames that consumers declare under `tells=`.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from shared.kit import errors
from shared.kit.catalog import HttpOperation, Operation, of_kind
from shared.kit.consumer import ConsumerOperation
from shared.kit.errors import Refusal
from shared.kit.fields import Body, FrameData
from shared.kit.limits import LIMITS
from shared.kit.reply import Defect
from shared.kit.socket import Socket, SocketOperation
from shared.kit.wire import MalformedJson
from shared.realtime.channels import GLOBAL, KINDS
from tools.describe.components import CONTACT, TAGS, envelopes
from tools.describe.examples import frames
from tools.describe.notifications import events
from tools.describe.openapi import answer_of, refusals_of, summary_of
from tools.describe.schemas import Input, schemas_of

DOCUMENT: Path = Path("docs/asyncapi.json")

_CHANNEL = {"$ref": "#/channels/socket"}
_Spoken = HttpOperation | SocketOperation
_OPENING = ("$connect", "$disconnect", "$default")
_ERROR = {"$ref": "#/components/schemas/ErrorBody"}


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The AsyncAPI 3.0 document of everything among `operations` that listens or tells on a socket."""
    routes = of_kind(SocketOperation, operations)
    spoken: list[_Spoken] = [one for one in of_kind(HttpOperation, operations) if one.socket]
    spoken += [one for one in routes if one.route not in _OPENING]
    told = sorted(
        {kind for one in of_kind(ConsumerOperation, operations) for kind in one.tells},
        key=lambda kind: str(kind.frame_name),
    )
    schemas = _Schemas(spoken, told)
    messages: dict[str, Any] = {
        "Error": _frame("error", _ERROR, "A message was refused. The connection stays open.", asks=True)
    }
    described: dict[str, Any] = {}
    for one in spoken:
        event, answers = _events_of(one)
        schema = schemas.of_message(one)
        messages[_id(event)] = _frame(event, schema, summary_of(one), asks=True, is_asked=True)
        messages[_id(answers)] = _frame(answers, schemas.answered(one), f"The answer to `{event}`.", asks=True)
        described[one.name] = _operation(one, event, answers)
    for kind in told:
        messages[_id(kind.frame_name)] = _frame(
            kind.frame_name, schemas.of(kind), summary_of(kind), channel=kind.channel_kind
        )
        described[f"tell_{kind.frame_name.replace(':', '_')}"] = {
            "action": "send",
            "channel": _CHANNEL,
            "summary": summary_of(kind),
            "description": f"Sent as the frame `{kind.frame_name}`, to each connection of the users whom it concerns.",
            "messages": [_message(kind.frame_name)],
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Leasing platform, live",
            "version": "1.0.0",
            "contact": CONTACT,
            "tags": [{"name": "realtime", "description": TAGS["realtime"]}],
            "description": "One connection for each of a user's devices. Frames are JSON objects `{event, data}` "
            "in both directions. If a client sends a `request_id`, the response contains it too. "
            "Send a ticket or an access token in the URL, or a token in `auth` within ten seconds. "
            "A connection lasts two hours at most, or until its token expires, and is closed after "
            "ten minutes of silence (send `ping`). The platform accepts 500 new connections a second: when yours is "
            "lost, reconnect after a random pause of up to a second, and double it at each failure, up to a minute. "
            "A handshake is refused with 401 if its ticket or token is not "
            "valid, and with 400 if a parameter is not known. The platform closes with code 1000 if the session has "
            "ended or `auth` did not come in time, 1001 after two hours or ten minutes of silence, and 1009 if a "
            "frame has more than 32 KB. After a lost connection, GET "
            "/api/v1/notifications?after=<id> returns what was missed, and GET "
            "/api/v1/conversations/{conversation_id}/messages?after=<id> the messages; what a connection follows "
            "ends with it. Frames about one thing arrive in order, and may arrive twice.\n\nA user's own news come "
            "to all of their connections without asking, and carry no `channel`. A connection that sends `subscribe` "
            "also hears the frames of these channels, which carry its name as `channel`; what the user hears anyway "
            "is not sent twice. Whether a user may hear a channel is asked again at each frame.\n\n"
            f"{_channels(told)}\n\nOf `notification:new`: {events()}",
        },
        "defaultContentType": "application/json",
        "servers": {
            "public": {
                "host": "api.example.com",
                "protocol": "wss",
                "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in ("ticket", "token")],
            }
        },
        "channels": {
            "socket": {
                "address": "/ws",
                "description": "All messages of a connection.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in sorted(messages)},
                "bindings": {"ws": {"method": "GET", "query": _QUERY, "bindingVersion": "0.1.0"}},
                "x-routes": {one.route: summary_of(one) for one in routes if one.route in _OPENING},
            }
        },
        "operations": dict(sorted(described.items())),
        "components": {
            "messages": dict(sorted(messages.items())),
            "schemas": schemas.named_in(messages),
            "securitySchemes": {
                name: {"type": "httpApiKey", "in": "query", "name": name} for name in ("ticket", "token")
            },
        },
    }


_QUERY = {
    "type": "object",
    "properties": {
        "ticket": {"type": "string", "description": "From POST /api/v1/ws-tickets. Valid once, for one minute."},
        "token": {"type": "string", "description": "An access token. Without a ticket or token, send `auth` first."},
    },
    "additionalProperties": False,
}


class _Schemas:
    """The JSON schemas of all frames' data, made together so that shared ones are one."""

    def __init__(self, spoken: Sequence[_Spoken], told: Sequence[type[FrameData]]) -> None:
        kinds: dict[type[BaseModel], JsonSchemaMode] = dict.fromkeys(told, "serialization")
        for one in spoken:
            if (body := _body(one)) is not None:
                kinds[body] = "validation"
            kinds[answer_of(one)[0]] = "serialization"
        inputs: list[Input] = [(kind, mode, TypeAdapter(kind)) for kind, mode in kinds.items()]
        self._made, self._models = schemas_of(inputs)
        self._models |= envelopes()

    def of_message(self, one: _Spoken) -> dict[str, Any]:
        """What a client sends: what the HTTP twin takes from its path, and its body's fields."""
        body = _body(one)
        if isinstance(one, SocketOperation):
            return self._model(body) if body else _closed({}, [])
        ids = [name for name, kind in one.function.__annotations__.items() if kind is UUID]
        fields = {name: {"type": "string", "format": "uuid"} for name in ids}
        model = self._model(body) if body else {}
        return _closed(fields | model.get("properties", {}), ids + model.get("required", []))

    def answered(self, one: _Spoken) -> dict[str, Any]:
        """What it receives in return: a few fields of the HTTP twin's answer."""
        answer = answer_of(one)[0]
        twin = None if isinstance(one, SocketOperation) else one.socket
        if not twin:
            return self.of(answer)
        properties = self._model(answer)["properties"]
        return _object({name: properties[source] for name, source in twin.fields.items()}, [*twin.fields])

    def of(self, kind: type[BaseModel]) -> dict[str, Any]:
        """The reference to a model's schema."""
        return self._made[kind]

    def _model(self, kind: type[BaseModel]) -> dict[str, Any]:
        model: dict[str, Any] = self._models[self._made[kind]["$ref"].rpartition("/")[2]]
        return model

    def named_in(self, messages: dict[str, Any]) -> dict[str, Any]:
        """The schemas that the messages name, and those that these name."""
        reached: set[str] = set()
        ahead = _names_in(messages)
        while ahead:
            reached |= ahead
            ahead = _names_in([self._models[name] for name in ahead]) - reached
        return {name: self._models[name] for name in sorted(reached)}


def _names_in(described: Any) -> set[str]:
    return set(re.findall(r"#/components/schemas/(\w+)", json.dumps(described)))


def _body(one: _Spoken) -> type[Body] | None:
    if isinstance(one, HttpOperation) and isinstance(one.socket, Socket) and one.socket.body:
        return one.socket.body
    kinds = one.function.__annotations__.values()
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Body)), None)


def _events_of(one: _Spoken) -> tuple[str, str]:
    """The event that an entry point receives, and the one that it answers with."""
    if isinstance(one, HttpOperation) and one.socket:
        return one.socket.event, one.socket.answers
    assert isinstance(one, SocketOperation)  # noqa: S101 (what has no twin has a route)
    return one.route, str(answer_of(one)[0].frame_name)


def _operation(one: _Spoken, event: str, answers: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "action": "receive",
        "channel": _CHANNEL,
        "summary": summary_of(one),
        "description": f"Send the frame `{event}`. The answer is the frame `{answers}`, or `error`.",
        "messages": [_message(event)],
        "reply": {"channel": _CHANNEL, "messages": [_message(answers), _message("error")]},
        "x-refusals": sorted({kind.code for kind in _refusals_of(one)}),
    }
    if isinstance(one, SocketOperation):
        return described
    described["x-http"] = f"{one.method} {one.path}"
    described["x-roles"] = sorted(one.access)
    if one.rate != "none":
        requests, seconds = LIMITS[one.rate]
        described["x-rate-limit"] = {"category": one.rate, "requests": requests, "seconds": seconds}
    return described


def _refusals_of(one: _Spoken) -> list[type[Refusal]]:
    if isinstance(one, HttpOperation):
        # A message has no Idempotency-Key, and its token was looked at before.
        never = (errors.KeyInFlight, errors.KeyReused, errors.TokenExpired, errors.InvalidToken)
        return [MalformedJson, *(kind for kind in refusals_of(one) if kind not in never)]
    found: list[type[Refusal]] = [errors.Invalid, MalformedJson, Defect]
    found += [errors.Unavailable] if one.database else []
    found += [kind for kind in one.raises if issubclass(kind, Refusal)]
    knows_tokens = "tokens" in one.layers
    return found + (
        [errors.Unauthenticated, errors.TokenExpired, errors.InvalidToken, errors.SessionEnded] if knows_tokens else []
    )


def _frame(
    event: str,
    data: dict[str, Any],
    summary: str,
    *,
    asks: bool = False,
    is_asked: bool = False,
    channel: str | None = None,
) -> dict[str, Any]:
    """A message; `asks`: it is a question or its answer, which a `request_id` ties together; `is_asked`: a question.

    What we send is open: a client passes over fields that it does not know.
    """
    fields: dict[str, Any] = {"event": {"const": event}, "data": data}
    if channel:
        fields["channel"] = {"type": "string", "description": f"`{_named(channel)}`, if it came on that channel."}
    if asks:
        fields["request_id"] = {"type": "string", "minLength": 1, "maxLength": 64}
    if is_asked:
        payload = _closed(fields, ["event", "data"] if "required" in data else ["event"])
    else:
        payload = _object(fields, ["event", "data"])
    message: dict[str, Any] = {"name": event, "title": event, "summary": summary, "payload": payload}
    if example := frames().get(event):
        message["examples"] = [{"payload": example}]
    return message


def _named(kind: str) -> str:
    return kind if kind == GLOBAL else f"{kind}.{{id}}"


def _channels(told: Sequence[type[FrameData]]) -> str:
    """Markdown: each kind of channel, who may hear it, and the frames that it carries."""
    heard_by = {kind: each.heard_by for kind, each in KINDS.items()} | {GLOBAL: "everybody, without subscribing"}
    rows = [
        f"| `{_named(kind)}` | {who} | "
        + (", ".join(f"`{one.frame_name}`" for one in told if one.channel_kind == kind) or "–")
        + " |"
        for kind, who in heard_by.items()
    ]
    return "\n".join(["| channel | heard by | frames |", "|---|---|---|", *rows])


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    described: dict[str, Any] = {"type": "object", "properties": properties}
    return described | ({"required": required} if required else {})


def _closed(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return _object(properties, required) | {"additionalProperties": False}


def _message(event: str) -> dict[str, str]:
    return {"$ref": f"#/channels/socket/messages/{_id(event)}"}


def _id(event: str) -> str:
    """`bid:status_changed` → `BidStatusChanged`: an id must not have a colon."""
    return "".join(part.capitalize() for part in re.split("[:_]", event))
