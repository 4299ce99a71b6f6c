"""JSON in and out: one strict door for all operations.

In: no duplicate keys, no NaN or Infinity, numbers with a point become `Decimal`, never `float`; depth
and size are bounded. Out: `Decimal` is written as a JSON number digit by digit, moments as ISO 8601
with `Z`; money is therefore never a float on either way.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from shared.kit.errors import Detail, Invalid

MAX_BODY = 256 * 1024
MAX_DEPTH = 32


class MalformedJson(Invalid):
    code = "MALFORMED_JSON"
    message = "The body is not a JSON object."


def parse(raw: str | bytes) -> dict[str, Any]:
    """The JSON object in `raw`. Raises MalformedJson; the work is bounded by `MAX_BODY`."""
    if len(raw) > MAX_BODY:
        raise MalformedJson(Detail("body", f"must not be larger than {MAX_BODY} bytes"))
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        value = json.loads(
            text,
            parse_float=_number,
            parse_int=_integer,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as error:
        raise MalformedJson(Detail("body", _reason(error))) from None
    if not isinstance(value, dict):
        raise MalformedJson(Detail("body", "must be an object"))
    if _too_deep(value):
        raise MalformedJson(Detail("body", f"must not be nested deeper than {MAX_DEPTH}"))
    return value


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        return "must be UTF-8"
    if isinstance(error, RecursionError):
        return f"must not be nested deeper than {MAX_DEPTH}"
    return str(error)


def _number(text: str) -> Decimal:
    if len(text) > 40:
        raise ValueError("a number is too long")
    return Decimal(text)


def _integer(text: str) -> int:
    if len(text) > 40:
        raise ValueError("a number is too long")
    return int(text)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:50]!r} stands twice")
    return found


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


_quote = json.encoder.encode_basestring


def render(value: Any) -> str:
    """`value` as JSON text. Takes what operations answer: models, dicts, lists and SQL's own types."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    kind = type(value)
    if kind is str:
        return _quote(value)
    if kind is int:
        return repr(value)
    if kind is Decimal:
        return format(value, "f")
    if kind is UUID:
        return f'"{value}"'
    if kind is datetime:
        return f'"{moment(value)}"'
    if kind is date:
        return f'"{value.isoformat()}"'
    if kind is list or kind is tuple:
        return "[" + ",".join([render(item) for item in value]) + "]"
    if isinstance(value, Mapping):
        return "{" + ",".join([f"{_quote(name)}:{render(item)}" for name, item in value.items()]) + "}"
    if isinstance(value, Enum):
        return render(value.value)
    if hasattr(value, "__pydantic_fields_set__"):
        return render(value.__dict__)
    raise TypeError(f"{kind.__name__} has no form on the wire")


def moment(value: datetime) -> str:
    """ISO 8601 in UTC with `Z`, to the millisecond where there is a fraction."""
    text = (
        value.astimezone(UTC)
        .replace(tzinfo=None)
        .isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    )
    return f"{text}Z"


def load(text: str | bytes) -> Any:
    """JSON that we wrote ourselves (a jsonb column, an event), with `Decimal` for every broken number."""
    return json.loads(text, parse_float=Decimal)
