"""Every place of a request that takes a value, read off docs/openapi.json, and how to put one there.

A new operation, or a new field, is met by all tests of this folder as soon as `make openapi` has run.
"""

import importlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.kit import catalog, wire
from tests.architecture.test_access import BODIES
from tests.call import Answer, call, other_id

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
# Who asks a provider needs one that answers: tests/auth/test_oauth.py and
# tests/integrations/test_connecting.py attack these.
ELSEWHERE = {"start_oauth", "finish_oauth", "start_integration", "finish_integration"}
# They look for the connection before they read a cursor; with one, tests/fuzz/test_cursors.py reads them.
ELSEWHERE |= {"list_integration_log", "list_integration_targets", "list_integration_tenants"}
OPERATIONS = {each.name: each for each in catalog.requested(catalog.load())}
SOMETHING = "\ue000something\ue000"
# Fields that mean nothing without another one, which is sent beside them.
BESIDE = {"radius_km": {"near": "52.52,13.405"}}


@dataclass(frozen=True)
class Place:
    """Where a value stands in an operation's request: a query parameter, or the way to a field of the body."""

    operation: str
    way: tuple[str | int, ...]
    schema: tuple[str, ...]
    """The schema as text, for it to be hashable: one for each alternative but null."""
    is_query: bool = False

    @property
    def field(self) -> str:
        """As a refusal names it."""
        return ".".join(map(str, self.way))

    def __str__(self) -> str:
        return f"{self.operation}-{self.field}"

    def alternatives(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.schema]

    def is_a(self, **wanted: Any) -> bool:
        """Whether an alternative of the schema says all of this."""
        return any(all(one.get(name) == value for name, value in wanted.items()) for one in self.alternatives())

    def send(self, as_: Any, value: str) -> Answer:
        """The answer to a request that is well-formed but for `value`, JSON text (in a query: the text itself)."""
        endpoint = endpoint_of(self.operation)
        path = {name: other_id() for name in endpoint.path_names} or None
        beside = BESIDE.get(str(self.way[-1]), {})
        if self.is_query:
            return call(endpoint, as_=as_, path=path, query={**beside, self.field: value})
        body = plain_body(self.operation)
        for name, given in {**beside, self.way[-1]: SOMETHING}.items():
            body = put(body, (*self.way[:-1], name), given, body_schema(self.operation))
        return call(endpoint, as_=as_, path=path, body=wire.render(body).replace(f'"{SOMETHING}"', value))


def endpoint_of(name: str) -> Any:
    return getattr(importlib.import_module(OPERATIONS[name].module), name)


def plain_body(name: str) -> dict[str, Any]:
    """The least that the operation takes, by its schema; ids in it name nothing."""
    given = {field: value for field, value in (BODIES.get(name) or {}).items() if not str(value).isupper()}
    return _least(body_schema(name)) | given


def body_schema(name: str) -> dict[str, Any]:
    """The schema of the operation's body; empty where it takes none, or one in somebody else's words."""
    operation = OPERATIONS[name]
    described = DOCUMENT["paths"][operation.path][str(operation.method).lower()]
    if operation.raw or "requestBody" not in described:
        return {}
    return _resolved(described["requestBody"]["content"]["application/json"]["schema"])


def _least(schema: dict[str, Any]) -> dict[str, Any]:
    properties = _set(schema).get("properties", {})
    return {
        name: {"country": "USA", "currency": "USD"}.get(name) or _value(_set(_resolved(properties[name])))
        for name in _set(schema).get("required", ())
    }


def _set(schema: dict[str, Any]) -> dict[str, Any]:
    """Of what may be null as well: what it is otherwise."""
    return next(one for one in map(_resolved, schema.get("anyOf", [schema])) if one.get("type") != "null")


def _value(schema: dict[str, Any]) -> Any:
    """Some value that the schema takes."""
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema["type"] == "object":
        return _least(schema)
    texts = {"uuid": str(other_id()), "date": "2026-01-15", "email": "a@example.com", "password": "Correct-Horse-7"}
    plain = {
        "number": 10,
        "integer": 1,
        "boolean": True,
        "string": texts.get(schema.get("format", ""), "x"),
        "array": [],
    }
    return plain[schema["type"]]


def put(body: Any, way: tuple[str | int, ...], value: Any, schema: dict[str, Any]) -> Any:
    """A copy of the body with `value` at the end of the way; what is missing on it is made, as its schema wants it."""
    if not way:
        return value
    [first, *rest] = way
    [schema] = [one for one in map(_resolved, schema.get("anyOf", [schema])) if one.get("type") != "null"]
    if isinstance(first, int):
        items = _resolved(schema["items"])
        return [put(_least(items), tuple(rest), value, items)]
    inner = _resolved(schema["properties"][first])
    return {**body, first: put(body.get(first) or _least(inner), tuple(rest), value, inner)}


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return dict(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def _leaves(
    schema: dict[str, Any], way: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], list[Any]]]:
    schema = _resolved(schema)
    choices = [_resolved(one) for one in schema.get("anyOf", [schema])]
    choices = [one for one in choices if one.get("type") != "null"]
    for one in choices:
        if one.get("type") == "object":
            for name, inner in one.get("properties", {}).items():
                yield from _leaves(inner, (*way, name))
        elif one.get("type") == "array":
            yield from _leaves(one["items"], (*way, 0))
    plain = [one for one in choices if one.get("type") not in ("object", "array")]
    if plain and way:
        yield way, plain


def places(wanted: Callable[[Place], bool]) -> list[Place]:
    """All places that are wanted, of all operations but those of ELSEWHERE."""
    found = []
    for name in sorted(OPERATIONS.keys() - ELSEWHERE):
        operation = OPERATIONS[name]
        described = DOCUMENT["paths"][operation.path][str(operation.method).lower()]
        found += [Place(name, way, tuple(map(json.dumps, one))) for way, one in _leaves(body_schema(name))]
        for parameter in described["parameters"]:
            if parameter.get("in") == "query":
                schema = _resolved(parameter["schema"])
                alternatives = tuple(json.dumps(_resolved(one)) for one in schema.get("anyOf", [schema]))
                found.append(Place(name, (parameter["name"],), alternatives, is_query=True))
    return [place for place in found if wanted(place)]
