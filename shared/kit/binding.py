"""Turns a request's parts into an operation's arguments, and reports what is wrong with them, field by field."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError

from shared.kit import wire
from shared.kit.catalog import HttpOperation
from shared.kit.errors import Detail, NotFound
from shared.kit.fields import Body, Query
from shared.kit.gate import UUID_FORM
from shared.kit.request import Caller, Request, current
from shared.kit.sentences import detail_of

_JSON_TYPE = re.compile(r"\s*application/(?:[\w.-]+\+)?json\s*(?:;\s*charset=\"?utf-8\"?\s*)?", re.IGNORECASE)


def bind(
    operation: HttpOperation,
    kinds: Mapping[str, Any],
    caller: Caller | None,
    path: Mapping[str, Any],
    query: Mapping[str, str],
    body: Callable[[], dict[str, Any]],
) -> tuple[dict[str, Any], list[Detail]]:
    """The arguments that the operation's function takes, by name and kind, and what is wrong with them."""
    arguments: dict[str, Any] = {}
    problems: list[Detail] = []
    takes_query = takes_body = False
    for name, kind in kinds.items():
        if name == "caller":
            arguments[name] = caller
        elif kind is Request:
            arguments[name] = current()
        elif kind is UUID:
            value = path.get(name)
            if not isinstance(value, str):
                # A path always has it; a WebSocket message may not.
                problems.append(Detail(name, "is required and must be a UUID", "REQUIRED"))
            elif not UUID_FORM.fullmatch(value):
                raise NotFound()
            else:
                arguments[name] = UUID(value)
        elif kind is str:
            arguments[name] = path[name]
        else:
            takes_query = takes_query or issubclass(kind, Query)
            takes_body = takes_body or issubclass(kind, Body)
            arguments[name], wrong = validate(kind, query if issubclass(kind, Query) else body())
            problems += wrong
    # An unknown route answers 404 whatever its query is; a provider may add parameters to its call.
    if not takes_query and operation.method and not operation.raw:
        problems += [Detail(name, "is not a known parameter", "UNKNOWN") for name in query]
    reads_raw = Request in kinds.values()
    if not takes_body and not reads_raw and operation.method in ("POST", "PUT", "PATCH"):
        problems += [Detail(name, "is not a known field", "UNKNOWN") for name in body()]
    return arguments, problems


def body_of_request() -> dict[str, Any]:
    """The JSON object of the request at hand. Raises MalformedJson."""
    request = current()
    if not request.raw_body.strip(b" \t\r\n"):
        return {}
    # Any other type, or none, another site could send without a preflight: it could sign people in as somebody else.
    if not _JSON_TYPE.fullmatch(request.headers.get("content-type", "")):
        raise wire.MalformedJson(Detail("Content-Type", "must be application/json, in UTF-8", "WRONG_FORMAT"))
    return wire.parse(request.raw_body)


def validate(model: type[BaseModel], data: Mapping[str, Any]) -> tuple[Any, list[Detail]]:
    """An instance of `model`, or what is wrong field by field (`terms.start_date`, `amenities.2`)."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [detail_of(model, problem) for problem in error.errors(include_url=False)]
