"""The API's description, read off the catalog: `make openapi` writes docs/openapi.json.

Nothing that a declaration already says is described by hand: summaries are the operations' docstrings,
parameters and bodies their argument types, answers their return types, refusals the kit's and `raises`.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import TypeAdapter

from shared.kit import errors
from shared.kit.catalog import Form, HttpOperation, Operation, Role, requested
from shared.kit.errors import Refusal
from shared.kit.fields import Body, Query, View
from shared.kit.limits import LIMITS
from shared.kit.origin import AroundTheEdge
from shared.kit.reply import Defect, File, Reply
from shared.kit.wire import MalformedJson
from tools.describe.components import CONTACT, HEADERS, PARAMETERS, TAGS, envelopes
from tools.describe.examples import example_of
from tools.describe.notifications import events
from tools.describe.schemas import Input, schemas_of

DOCUMENT = Path("docs/openapi.json")

_EXAMPLE_META = {"timestamp": "2026-01-27T12:00:00Z", "request_id": "0195f3a8"}
_OF_PATH = {
    "oauth/{provider}": "The sign-in provider: `google` or `linkedin`.",
    "integrations/{provider}": "The accounting software: `quickbooks` or `zoho`.",
    "{name}": "The name of the index, for example `CPI-U`.",
    "{file}": "The name of the file.",
    "{period}": "The month, as YYYY-MM.",
}
"""What a part of a path is, by the piece of the path that ends with it."""
_REASONS = {
    400: "The request is not valid",
    401: "Authentication is required",
    403: "The caller may not do this, or not at this address",
    404: "It does not exist for this caller",
    409: "The current state does not allow it",
    412: "It has changed since it was read",
    422: "Well-formed, but contradictory",
    429: "Too many requests",
    500: "An error on our side",
    503: "The service is temporarily unavailable",
}


_MORE = {"notifications": f"\n\n{events()}"}


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of all HTTP operations among `operations`."""
    endpoints = sorted(
        requested(operations),
        key=lambda operation: (operation.path, operation.method),
    )
    schemas = _Schemas(endpoints)
    paths: dict[str, Any] = {}
    for operation in endpoints:
        described = _operation(operation, schemas)
        paths.setdefault(operation.path, {})[str(operation.method).lower()] = described
        if operation.alias:
            same = {
                "operationId": f"{operation.name}_alias",
                "summary": f"{described['summary'].removesuffix('.')} (alias).",
            }
            paths.setdefault(operation.alias, {})[str(operation.method).lower()] = described | same
    refusals = {_key(kind): kind for operation in endpoints for kind in refusals_of(operation)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leasing platform",
            "version": "1.0.0",
            "contact": CONTACT,
            "description": "List, bid on, lease and bill commercial space. Money is a JSON number with at most "
            "two decimals. Timestamps are ISO 8601 in UTC, with Z. Lists are paginated with an opaque cursor.",
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": word, "description": TAGS[word] + _MORE.get(word, "")}
            for word in sorted({each.word for each in endpoints})
        ],
        "paths": paths,
        "components": {
            "schemas": schemas.components() | envelopes(),
            "examples": {name: _example(kind) for name, kind in sorted(refusals.items())},
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def refusals_of(operation: HttpOperation) -> list[type[Refusal]]:
    """Every error that the operation may answer."""
    takes_body = operation.method in ("POST", "PUT", "PATCH")
    found: list[type[Refusal]] = [errors.Invalid]
    if takes_body:
        found.append(MalformedJson)
    if operation.access or "caller" in operation.function.__annotations__:
        found += [errors.Unauthenticated, errors.TokenExpired, errors.InvalidToken, errors.SessionEnded]
    # One code, two reasons: where both hold, the document's example is the role's.
    found.append(AroundTheEdge)
    if operation.access and operation.access != frozenset(Role):
        found.append(errors.Forbidden)
    if operation.verified:
        found.append(errors.EmailNotVerified)
    if "{" in operation.path or (operation.access and takes_body):
        found.append(errors.NotFound)
    if operation.takes_key:
        found += [errors.KeyInFlight, errors.KeyReused]
    if operation.rate != "none":
        found.append(errors.RateLimited)
    found += [errors.Unavailable, Defect]
    return found + [kind for kind in operation.raises if issubclass(kind, Refusal)]


class _Schemas:
    """The JSON schemas of all bodies, queries and answers, made together so that shared ones are one."""

    def __init__(self, endpoints: Iterable[HttpOperation]) -> None:
        inputs: list[Input] = []
        for operation in endpoints:
            for name, kind in operation.function.__annotations__.items():
                if name == "return":
                    if (answer := answer_of(operation)[0]) is not None:
                        inputs.append(((operation.name, name), "serialization", TypeAdapter(answer)))
                elif isinstance(kind, type) and issubclass(kind, Body | Query):
                    inputs.append(((operation.name, name), "validation", TypeAdapter(kind)))
            if operation.form:
                inputs.append(((operation.name, "form"), "validation", TypeAdapter(operation.form.instead)))
        self._made, self._components = schemas_of(inputs)
        self._queries: set[str] = set()

    def of(self, operation: HttpOperation, argument: str) -> dict[str, Any]:
        """The schema of an argument, or of the answer (`return`)."""
        return self._made[operation.name, argument]

    def query(self, operation: HttpOperation, argument: str) -> dict[str, Any]:
        """The query model itself: its properties become parameters, so it is no component."""
        name = self.of(operation, argument)["$ref"].rpartition("/")[2]
        self._queries.add(name)
        model: dict[str, Any] = self._components[name]
        return model

    def body(self, operation: HttpOperation, argument: str) -> dict[str, Any]:
        """The body's model itself."""
        model: dict[str, Any] = self._components[self.of(operation, argument)["$ref"].rpartition("/")[2]]
        return model

    def components(self) -> dict[str, Any]:
        """All schemas that stand on their own."""
        return {name: schema for name, schema in sorted(self._components.items()) if name not in self._queries}


def answer_of(operation: Operation) -> tuple[Any, tuple[str, ...]]:
    """The type of the answer's JSON (None where it is no JSON), and the content types that it may have besides."""
    kind = operation.function.__annotations__.get("return")
    if get_origin(kind) is Reply:
        [kind] = get_args(kind)
    kinds = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    files = tuple(file for file in map(_file, kinds) if file)
    views = [view for view in kinds if view not in (None, NoneType) and not _file(view)]
    return reduce(or_, views) if views else None, files


def _file(kind: Any) -> str | None:
    if get_origin(kind) is Annotated and get_args(kind)[0] is File:
        return str(get_args(kind)[1])
    return "application/pdf" if kind is File else None


def _operation(operation: HttpOperation, schemas: _Schemas) -> dict[str, Any]:
    summary, _, description = str(sys.modules[operation.module].__doc__).strip().partition("\n\n")
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.word],
        "summary": _line(summary),
    }
    if description:
        described["description"] = "\n\n".join(_line(part) for part in description.split("\n\n"))
    described["parameters"] = _parameters(operation, schemas)
    for name, kind in operation.function.__annotations__.items():
        if name != "return" and isinstance(kind, type) and issubclass(kind, Body):
            described["requestBody"] = {
                "required": bool(schemas.body(operation, name).get("required")),
                "content": {
                    "application/json": {"schema": schemas.of(operation, name)} | _example_of(operation, "body")
                },
            }
    if operation.form:
        described["requestBody"] = {"required": True, "content": _form(operation, operation.form, schemas)}
    if operation.raw:
        raw = operation.raw
        content: dict[str, Any] = {"schema": {"type": "string", "format": "binary", "description": raw.description}}
        if raw.example is not None:
            free = {"type": "object", "additionalProperties": {}, "description": raw.description}
            content = {"schema": free, "example": raw.example}
        described["requestBody"] = {"required": True, "content": {raw.content_type: content}}
    described["responses"] = _responses(operation, schemas)
    if operation.access:
        described["security"] = [{"bearer": []}]
        described["x-roles"] = sorted(operation.access)
    else:
        described["security"] = [{}, {"bearer": []}] if "caller" in operation.function.__annotations__ else []
    if operation.rate != "none":
        requests, seconds = LIMITS[operation.rate]
        described["x-rate-limit"] = {"category": operation.rate, "requests": requests, "seconds": seconds}
    if operation.socket:
        described["x-websocket"] = {"event": operation.socket.event, "answers": operation.socket.answers}
    return described


def _form(operation: HttpOperation, form: Form, schemas: _Schemas) -> dict[str, Any]:
    file = {"type": "string", "format": "binary", "description": form.description}
    fields = {
        "type": "object",
        "properties": {form.field: file},
        "required": [form.field],
        "additionalProperties": False,
    }
    instead = {"schema": schemas.of(operation, "form")} | _example_of(operation, "body")
    return {"multipart/form-data": {"schema": fields}, "application/json": instead}


def _example_of(operation: Operation, part: str) -> dict[str, Any]:
    example = example_of(operation)
    return {"example": example[part]} if part in example else {}


def _line(text: str) -> str:
    return " ".join(text.split())


def summary_of(thing: Operation | type) -> str:
    """The first paragraph of what an operation's module, or a class, says of itself."""
    text = sys.modules[thing.module].__doc__ if isinstance(thing, Operation) else thing.__doc__
    return _line(str(text).strip().partition("\n\n")[0])


def _in_path(path: str, name: str) -> str:
    piece = next((one for one in _OF_PATH if one.endswith(f"{{{name}}}") and one in path), None)
    return _OF_PATH[piece] if piece else f"The ID of the {name.removesuffix('_id').replace('_', ' ')}."


def _parameters(operation: HttpOperation, schemas: _Schemas) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, kind in operation.function.__annotations__.items():
        if f"{{{name}}}" in operation.path:
            schema = {"type": "string", "format": "uuid"} if kind is UUID else {"type": "string"}
            words = {"description": _in_path(operation.path, name)}
            found.append({"name": name, "in": "path", "required": True, **words, "schema": schema})
        elif name != "return" and isinstance(kind, type) and issubclass(kind, Query):
            model = schemas.query(operation, name)
            for field, schema in model.get("properties", {}).items():
                required = field in model.get("required", ())
                told = _asked(schema)
                words = {"description": told.pop("description")} if "description" in told else {}
                found.append({"name": field, "in": "query", "required": required, **words, "schema": told})
    example = example_of(operation)
    for parameter in found:
        given = example.get(parameter["in"], {})
        if parameter["name"] in given:
            parameter["example"] = given[parameter["name"]]
    found.append({"$ref": "#/components/parameters/CorrelationId"})
    if operation.takes_key:
        found.append({"$ref": "#/components/parameters/IdempotencyKey"})
    if errors.Stale in operation.raises:
        found.append({"$ref": "#/components/parameters/IfMatch"})
    for name, description in operation.raw.headers.items() if operation.raw else ():
        found.append({"name": name, "in": "header", "description": description, "schema": {"type": "string"}})
    return found


def _asked(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter's schema: absent, it is not null."""
    kept = {name: value for name, value in schema.items() if not (name == "default" and value is None)}
    choices = [choice for choice in kept.pop("anyOf", ()) if choice != {"type": "null"}]
    only: dict[str, Any] = choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {}
    return only | kept


_SAYS_SO_ITSELF = ("check_health", "check_readiness")
"""Operations whose 503 has the shape of their answer."""


def _responses(operation: HttpOperation, schemas: _Schemas) -> dict[str, Any]:
    answer, files = answer_of(operation)
    headers = ["X-Correlation-ID"]
    headers += ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"] if operation.rate != "none" else []
    is_tagged = operation.method == "GET" or errors.Stale in operation.raises
    headers += ["ETag"] if is_tagged and answer is not None else []
    headers += ["Location"] if operation.returns == 302 else []
    headers += ["Idempotent-Replayed"] if operation.takes_key else []
    success: dict[str, Any] = {"description": _success(operation), "headers": _headers(headers)}
    content: dict[str, Any] = (
        {}
        if answer is None
        else {"application/json": {"schema": schemas.of(operation, "return")} | _example_of(operation, "answer")}
    )
    content |= {kind: {"schema": {"type": "string", "format": "binary"}} for kind in files}
    if content:
        success["content"] = content
    responses = {str(operation.returns): success}
    for status, meaning in operation.also.items():
        moved = {"Location": _headers(["Location"])["Location"]} if status == 302 else {}
        other = success | {"description": meaning, "headers": success["headers"] | moved}
        responses[str(status)] = {name: each for name, each in other.items() if not (moved and name == "content")}
    by_status: dict[int, list[type[Refusal]]] = {}
    for kind in refusals_of(operation):
        by_status.setdefault(kind.status, []).append(kind)
    for status, kinds in sorted(by_status.items()):
        responses[str(status)] = _refused(operation, status, kinds)
    if operation.name in _SAYS_SO_ITSELF:
        # Beside whatever answers for a platform that is down: what is wrong, as the operation has found it.
        unhealthy = responses["503"]["content"]["application/json"]
        unhealthy["schema"] = {"anyOf": [*unhealthy["schema"]["anyOf"], schemas.of(operation, "return")]}
    return responses


def _success(operation: HttpOperation) -> str:
    """The description of a success, from its view."""
    answer, files = answer_of(operation)
    views = [view for view in (get_args(answer) or (answer,)) if isinstance(view, type) and issubclass(view, View)]
    if views:
        return " Or: ".join(dict.fromkeys(_line(str(view.__doc__).partition("\n\n")[0]) for view in views))
    if files:
        return f"The document, as {' or '.join(files)}."
    return {204: "Done. The response has no body.", 302: "The browser continues at `Location`."}.get(
        operation.returns, "The document, as JSON."
    )


def _refused(operation: HttpOperation, status: int, kinds: list[type[Refusal]]) -> dict[str, Any]:
    schema: dict[str, Any] = {"$ref": "#/components/schemas/Error"}
    # What the gateway answers before any of our code runs has its own shape.
    if status in (429, 503) or (status == 401 and operation.access):
        schema = {"anyOf": [schema, {"$ref": "#/components/schemas/GatewayError"}]}
    examples = {kind.code: {"$ref": f"#/components/examples/{_key(kind)}"} for kind in kinds}
    headers = ["X-Correlation-ID", *(["Retry-After"] if status in (429, 503) else [])]
    return {
        "description": _REASONS[status],
        "headers": _headers(headers),
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }


def _headers(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _key(kind: type[Refusal]) -> str:
    # With its word: two words may have a fact of the same name.
    return f"{kind.__module__.split('.')[1]}.{kind.__name__}"


def _example(kind: type[Refusal]) -> dict[str, Any]:
    error = {"code": kind.code, "message": kind.message, "details": []}
    return {"summary": kind.message, "value": {"error": error, "meta": _EXAMPLE_META}}


def render(described: dict[str, Any]) -> str:
    """The document as the text of its file."""
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"
