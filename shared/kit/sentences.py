"""What is wrong with a field, in plain words: where Pydantic found it, in ours; a validator's own words as they are."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.kit.errors import Detail, DetailCode
from shared.kit.fields import Query, Says

_WORDS: dict[str, tuple[DetailCode, str]] = {
    "missing": ("REQUIRED", "is required"),
    "extra_forbidden": ("UNKNOWN", "is not a known field"),
    "string_type": ("WRONG_TYPE", "must be a string"),
    "string_unicode": ("WRONG_FORMAT", "must be valid Unicode"),
    "bool_type": ("WRONG_TYPE", "must be true or false"),
    "list_type": ("WRONG_TYPE", "must be an array"),
    "model_type": ("WRONG_TYPE", "must be an object"),
    "dict_type": ("WRONG_TYPE", "must be an object"),
    "literal_error": ("NOT_A_CHOICE", "must be {expected}"),
    "enum": ("NOT_A_CHOICE", "must be {expected}"),
    "string_too_long": ("TOO_LONG", "must be at most {max_length:,} characters"),
    "string_too_short": ("TOO_SHORT", "must be at least {min_length:,} characters"),
    "too_long": ("TOO_LONG", "must have at most {max_length:,} items"),
    "too_short": ("TOO_SHORT", "must have at least {min_length:,} items"),
    "greater_than": ("TOO_SMALL", "must be greater than {gt:,}"),
    "greater_than_equal": ("TOO_SMALL", "must be at least {ge:,}"),
    "less_than": ("TOO_LARGE", "must be less than {lt:,}"),
    "less_than_equal": ("TOO_LARGE", "must be at most {le:,}"),
    "string_pattern_mismatch": ("WRONG_FORMAT", "must match {pattern}"),
}
"""For each kind of problem that Pydantic finds in our models: its code, and its sentence with the problem's facts."""


def detail_of(model: type[BaseModel], problem: Mapping[str, Any]) -> Detail:
    """One of a ValidationError's problems, by the field's path (`terms.start_date`, `amenities.2`)."""
    field = ".".join(map(str, problem["loc"])) or "body"
    kind = problem["type"]
    if kind not in _WORDS:
        # A validator of ours: its type is the code, and its words are the caller's already.
        return Detail(field, problem["msg"], kind)
    # Behind a validator of ours Pydantic no longer knows that it measures a text.
    measures_text = kind in ("too_long", "too_short") and problem["ctx"]["field_type"] != "List"
    if kind == "extra_forbidden" and issubclass(model, Query):
        return Detail(field, "is not a known parameter", "UNKNOWN")
    code, sentence = _WORDS[f"string_{kind}" if measures_text else kind]
    return Detail(field, _special(model, problem) or sentence.format(**_facts(model, problem)), code)


def _facts(model: type[BaseModel], problem: Mapping[str, Any]) -> dict[str, Any]:
    found = problem.get("ctx", {})
    # Pydantic tells a decimal's bound in Python's words.
    bounds = {name: _bound(model, problem, name) for name in ("ge", "gt", "le", "lt") if name in found}
    choices = str(found.get("expected", "")).replace("'", "").replace("True", "true")
    return {**found, **bounds, "expected": choices}


def _bound(model: type[BaseModel], problem: Mapping[str, Any], name: str) -> Any:
    return next((getattr(one, name) for one in _stated(model, problem["loc"]) if hasattr(one, name)), None)


def _special(model: type[BaseModel], problem: Mapping[str, Any]) -> str | None:
    """What one fact alone does not say: both ends of a range, that nothing at all was given, what a pattern means."""
    kind = problem["type"]
    if kind in ("string_too_short", "too_short") and problem["ctx"]["min_length"] == 1:
        return "must not be empty"
    if kind == "string_pattern_mismatch":
        return next((one.sentence for one in _stated(model, problem["loc"]) if isinstance(one, Says)), None)
    if kind in ("greater_than_equal", "less_than_equal"):
        least, most = _bound(model, problem, "ge"), _bound(model, problem, "le")
        if least is not None and most is not None:
            return f"must be between {least:,} and {most:,}"
    return None


def _stated(model: type[BaseModel], location: tuple[int | str, ...]) -> Iterator[Any]:
    """What the field's type states beside the type itself."""
    kinds: list[Any] = [model]
    for part in location:
        kinds = [inner for kind in kinds for inner in _inside(kind, part)]
    for kind in kinds:
        yield from _metadata(kind)


def _inside(kind: Any, part: int | str) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [
            Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
            for name, field in kind.model_fields.items()
            if part in (name, field.alias)
        ]
    if get_origin(kind) is list:
        return list(get_args(kind))
    if get_origin(kind) is tuple:
        return [get_args(kind)[int(part)]]
    if get_origin(kind) in (Annotated, Union, UnionType):
        return [found for inner in _parts(kind) for found in _inside(inner, part)]
    return []


def _metadata(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Annotated:
        for one in kind.__metadata__:
            yield from one.metadata if isinstance(one, FieldInfo) else (one,)
    for inner in _parts(kind):
        yield from _metadata(inner)


def _parts(kind: Any) -> list[Any]:
    if get_origin(kind) is Annotated:
        return [get_args(kind)[0]]
    return list(get_args(kind)) if get_origin(kind) in (Union, UnionType) else []
