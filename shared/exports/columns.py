"""The columns of an export: the fields of what a list answers, nested ones by dots; and how PostgreSQL writes them.

A kind's model says which fields there are and what they are; a statement whose columns are those fields says where
they come from. Everything else about the CSV, the JSON and the spreadsheet is made from these two.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

from shared.kit.cells import FORMULA

Form = Literal["text", "word", "number", "day", "moment", "flag", "json"]
"""What a value is; a word is one of ours, or an id, which no formula is."""

_FORMS: dict[type[Any], Form] = {
    UUID: "word",
    bool: "flag",
    int: "number",
    Decimal: "number",
    # Each before the type that it also is.
    datetime: "moment",
    date: "day",
    str: "text",
}

VALUES = {"formula": FORMULA}
"""What the statements made here take besides the rows' own values."""

_TYPES: dict[Form, str] = {"number": "::numeric", "day": "::date", "moment": "::timestamptz", "flag": "::boolean"}


class Column(NamedTuple):
    """A column of a sheet: where its value is, as `("space", "building", "name")`, and what it is."""

    path: tuple[str, ...]
    form: Form

    @property
    def name(self) -> str:
        """As in the header."""
        return ".".join(self.path)

    @property
    def value(self) -> str:
        """The value in a row of `shown`, of its own type."""
        top, *inside = self.path
        if not inside:
            return f'shown."{top}"'
        return f"(shown.\"{top}\" #>> '{{{','.join(inside)}}}'){_TYPES.get(self.form, '')}"

    @property
    def cell(self) -> str:
        """The value as CSV holds it: text is never a formula, moments are as on the wire."""
        match self.form:
            case "text":
                text = f"{self.value}::text"
                return f"CASE WHEN {text} ~ %(formula)s THEN '''' || {text} ELSE {text} END"
            case "moment":
                return moment(self.value)
            case "flag" | "json":
                return f"{self.value}::text"
            case _:
                return self.value


def columns_of(model: type[BaseModel]) -> tuple[Column, ...]:
    """The columns of a sheet of such things."""
    return tuple(_columns(model, ()))


def _columns(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[Column]:
    for name, field in model.model_fields.items():
        kind = _kind_of(field.annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _columns(kind, (*path, name))
        else:
            yield Column((*path, name), _form_of(kind))


def _kind_of(annotation: Any) -> Any:
    """The type itself, whatever is said of it, and whether or not it may be null."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kind_of(get_args(annotation)[0])
    if origin in (Union, UnionType):
        [kind] = [kind for kind in get_args(annotation) if kind is not type(None)]
        return _kind_of(kind)
    return annotation


def _form_of(kind: Any) -> Form:
    if get_origin(kind) is Literal:
        return "word"
    if isinstance(kind, type):
        for known, form in _FORMS.items():
            if issubclass(kind, known):
                return form
    return "json"


def moment(value: str) -> str:
    """A moment as the wire writes it (shared/kit/wire.py)."""
    return (
        f"to_char({value} AT TIME ZONE 'UTC', CASE WHEN {value} = date_trunc('second', {value}) "
        'THEN \'YYYY-MM-DD"T"HH24:MI:SS"Z"\' ELSE \'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\' END)'
    )


def cells(statement: str, columns: tuple[Column, ...]) -> str:
    """The statement's rows as a sheet's, each value as CSV holds it."""
    return f"SELECT {', '.join(column.cell for column in columns)} FROM ({statement}) AS shown"


def values(statement: str, columns: tuple[Column, ...]) -> str:
    """The statement's rows as a sheet's, each value of its own type."""
    return f"SELECT {', '.join(column.value for column in columns)} FROM ({statement}) AS shown"


def objects(statement: str, model: type[BaseModel]) -> str:
    """The statement's rows as JSON objects."""
    fields = ", ".join(_field(name, field.annotation) for name, field in model.model_fields.items())
    return f"SELECT row_to_json(told) FROM (SELECT {fields} FROM ({statement}) AS shown) AS told"


def _field(name: str, annotation: Any) -> str:
    value = f'shown."{name}"'
    return f'{moment(value) if _form_of(_kind_of(annotation)) == "moment" else value} AS "{name}"'


def flat(row: dict[str, Any], columns: tuple[Column, ...]) -> tuple[Any, ...]:
    """The row of a sheet with these columns, of an object."""
    return tuple(_at(row, column.path) for column in columns)


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = None if value is None else value[name]
    return value
