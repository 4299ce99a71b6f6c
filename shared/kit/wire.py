"""JSON in and out, strictly, for all operations.

In: no duplicate keys, no NaN or Infinity, numbers with a point become `Decimal`, never `float`; depth
and size are bounded. Out: `Decimal` is written as a JSON number digit by digit, moments as ISO 8601
with `Z`. Money is therefore never a float in either direction.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache, partial
from typing import Any, NamedTuple
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
    text = ""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        value = json.loads(
            text,
            parse_float=_number,
            parse_int=_integer,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except _NotANumber as error:
        raise MalformedJson(Detail(_field_of_a_number(text), str(error))) from None
    except (ValueError, RecursionError) as error:
        raise MalformedJson(Detail("body", _reason(error))) from None
    if not isinstance(value, dict):
        raise MalformedJson(Detail("body", "must be an object"))
    if _too_deep(value):
        raise MalformedJson(Detail("body", f"must not be nested more than {MAX_DEPTH} levels deep"))
    return value


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        return "must be UTF-8"
    if isinstance(error, RecursionError):
        return f"must not be nested more than {MAX_DEPTH} levels deep"
    return str(error)


class _NotANumber(ValueError):
    """Texts that JSON, or we, do not accept as numbers."""


def _number(text: str) -> Decimal:
    if len(text) > 40:
        raise _NotANumber("a number is too long")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise _NotANumber("a number is too large") from None


def _integer(text: str) -> int:
    if len(text) > 40:
        raise _NotANumber("a number is too long")
    return int(text)


def _refuse_constant(name: str) -> None:
    raise _NotANumber(f"{name} is not a JSON number")


def _field_of_a_number(text: str) -> str:
    """The path of the first refused number: searched for a second time, so that valid numbers cost nothing."""

    def tried(parse: Callable[[str], Any], text: str) -> Any:
        try:
            return parse(text)
        except _NotANumber as refused:
            return refused

    try:
        value = json.loads(
            text,
            parse_float=partial(tried, _number),
            parse_int=partial(tried, _integer),
            parse_constant=partial(tried, _refuse_constant),
        )
        return ".".join(_way_to_refused(value) or ()) or "body"
    except (ValueError, RecursionError):
        return "body"


def _way_to_refused(value: Any) -> list[str] | None:
    if isinstance(value, _NotANumber):
        return []
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inside:
        way = _way_to_refused(item)
        if way is not None:
            return [str(name), *way]
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"the key {name[:50]!r} appears twice")
            seen.add(name)
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
    return _FORMS[type(value)](value)


class _Shapes(dict[tuple[str, ...], str]):
    """Objects' keys, encoded once: the same few appear in every row."""

    def __missing__(self, names: tuple[str, ...]) -> str:
        shape = "{" + ",".join([f"{_quote(name)}:".replace("%", "%%") + "%s" for name in names]) + "}"
        # Keys that users have chosen are not kept forever.
        if len(self) < 1000:
            self[names] = shape
        return shape


_SHAPES = _Shapes()


def _written_object(value: Mapping[str, Any]) -> str:
    return _SHAPES[tuple(value)] % tuple([_FORMS[type(item)](item) for item in value.values()])


def _written_number(value: Decimal) -> str:
    text = str(value)
    return format(value, "f") if "E" in text else text


def _written_array(value: Sequence[Any]) -> str:
    return "[" + ",".join([_FORMS[type(item)](item) for item in value]) + "]"


class _Forms(dict[type, Callable[[Any], str]]):
    """How values of a type are written: determined once per type, since this is the largest part of a warm request."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        if issubclass(kind, Mapping):
            form: Callable[[Any], str] = _written_object
        elif issubclass(kind, Enum):
            form = lambda value: render(value.value)  # noqa: E731
        elif hasattr(kind, "__pydantic_fields__"):
            form = lambda value: _written_object(value.__dict__)  # noqa: E731
        else:
            raise TypeError(f"{kind.__name__} has no form on the wire")
        self[kind] = form
        return form


class Table(NamedTuple):
    """Many objects with the same names, each a row of values: written as an array of them."""

    names: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


def _written_table(value: Table) -> str:
    shape = _SHAPES[value.names]
    return "[" + ",".join([shape % tuple([_FORMS[type(item)](item) for item in row]) for row in value.rows]) + "]"


_KNOWN: dict[type, Callable[[Any], str]] = {
    type(None): {None: "null"}.__getitem__,
    bool: {True: "true", False: "false"}.__getitem__,
    str: _quote,
    int: repr,
    Decimal: _written_number,
    UUID: lambda value: f'"{value}"',
    datetime: lambda value: f'"{moment(value)}"',
    # Most rows contain the same few days.
    date: lru_cache(1000)(lambda value: f'"{value.isoformat()}"'),
    dict: _written_object,
    list: _written_array,
    tuple: _written_array,
    Table: _written_table,
}
_FORMS = _Forms(_KNOWN)


def moment(value: datetime) -> str:
    """ISO 8601 in UTC with `Z`, to the millisecond where there is a fraction."""
    text = (
        value.astimezone(UTC)
        .replace(tzinfo=None)
        .isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    )
    return f"{text}Z"


# Created once: `json.loads` with arguments creates one for every call.
_decoder = json.JSONDecoder(parse_float=Decimal)


def load(text: str | bytes) -> Any:
    """JSON that we wrote ourselves (a jsonb column, an event), with `Decimal` for every broken number."""
    return _decoder.decode(text if isinstance(text, str) else text.decode())
