"""The field types of request and answer models, and the models' bases.

Requests arrive as JSON data from `wire.parse` (or as query strings) and are refused unless each value has exactly the
type of its field: no number in quotes, no `true` for 1, no timestamp for a day.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from shared.kit.errors import DetailCode

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_DECIMAL = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)
_CENT = Decimal("0.01")


def refuse(message: str, code: DetailCode = "INVALID") -> PydanticCustomError:
    """An error for a validator to raise; `message` is what the caller reads beside the field."""
    return PydanticCustomError(code, message)


def _id(value: Any) -> UUID:
    if isinstance(value, UUID):
        return value
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    raise refuse("must be a UUID", "WRONG_FORMAT")


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise refuse("must be an existing date") from None
        if 1900 <= day.year <= 2200:
            return day
        raise refuse("must be between the years 1900 and 2200")
    raise refuse("must be a date in the format YYYY-MM-DD", "WRONG_FORMAT")


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            raise refuse("must be an existing moment") from None
        if 1900 <= moment.year <= 2200:
            return moment
        raise refuse("must be between the years 1900 and 2200")
    raise refuse("must be a moment in the format YYYY-MM-DDTHH:MM:SSZ", "WRONG_FORMAT")


def _decimal(value: Any) -> Decimal:
    if type(value) is int:
        return Decimal(value)
    if type(value) is Decimal and value.is_finite() and value.as_tuple().exponent <= 0:  # type: ignore[operator]
        return value
    raise refuse("must be a number", "WRONG_TYPE")


def _whole(value: Any) -> int:
    if type(value) is int:
        return value
    # JSON has one kind of number: 12.0 is the whole number 12 (and what some clients write for it).
    if type(value) is Decimal and value.is_finite() and value.as_tuple().exponent <= 0 and value == int(value):  # type: ignore[operator]
        return int(value)
    raise refuse("must be a whole number", "WRONG_TYPE")


def _cents(value: Decimal) -> Decimal:
    if abs(value) >= 10**10:
        raise refuse("must be below 10,000,000,000", "TOO_LARGE")
    if value != value.quantize(_CENT):
        raise refuse("must have at most two decimals", "WRONG_FORMAT")
    return value.quantize(_CENT)


def _asked_decimal(value: Any) -> Decimal:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise refuse("must be a number below 10,000,000,000 with at most two decimals", "WRONG_FORMAT")


def _asked_integer(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9:
        return int(value)
    raise refuse("must be a whole number", "WRONG_TYPE")


def _asked_flag(value: Any) -> bool:
    if value in ("true", "false"):
        return bool(value == "true")
    raise refuse("must be true or false", "WRONG_TYPE")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        if "\x00" in value:
            raise refuse("must not contain NUL", "INVALID_CHARACTER")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise refuse("must be valid Unicode") from None
    return value


def _seen(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        # Imported here: most names need no table of characters.
        from shared.kit.characters import misleading, named

        if char := misleading(value):
            raise refuse(f"must not contain the invisible character {named(char)}", "INVALID_CHARACTER")
    return value


def _printable(value: str) -> str:
    if not value.isascii():
        from shared.kit.characters import named, unprintable

        if char := unprintable(value):
            raise refuse(f"must not contain {named(char)}, which no font of our documents has", "INVALID_CHARACTER")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise refuse("must not be blank")
    return value


# Python 3.11 hashes what stands in an `Annotated`: without `eq` this is by identity.
@dataclass(frozen=True, eq=False)
class Shown:
    """What JSON Schema can express of a type's validators, in addition to what pydantic says about the type."""

    schema: dict[str, Any]

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return self.schema | handler(schema)


@dataclass(frozen=True)
class Says:
    """What a value that does not match the field's pattern is told; named beside the pattern in `Annotated`."""

    sentence: str


@dataclass(frozen=True)
class Like:
    """The model, as `shared.word.module.Model`, that an object which SQL has written looks like.

    It is named for the published documents and imported by them alone: an operation that only passes the object on
    does not wait for the model.
    """

    model: str

    def resolve(self) -> type[BaseModel]:
        """The model itself."""
        module, _, name = self.model.rpartition(".")
        found: type[BaseModel] = getattr(import_module(module), name)
        return found

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"x-like": self}


_MONEY_SCHEMA: dict[str, Any] = {"x-decimals": 2, "minimum": 0, "exclusiveMaximum": 10**10}

Id = Annotated[UUID, BeforeValidator(_id), WithJsonSchema({"type": "string", "format": "uuid"})]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "description": "From 1900-01-01 to 2200-12-31."}),
]
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "description": "With its offset from UTC; between 1900 and 2200."}
    ),
]
"""A moment, in UTC."""
Number = Annotated[Decimal, BeforeValidator(_decimal)]
Money = Annotated[Decimal, Field(ge=0), AfterValidator(_cents), BeforeValidator(_decimal), Shown(_MONEY_SCHEMA)]
PositiveMoney = Annotated[
    Decimal,
    Field(gt=0),
    AfterValidator(_cents),
    BeforeValidator(_decimal),
    Shown({**_MONEY_SCHEMA, "minimum": 0.01}),
]
Area = PositiveMoney
"""Square feet, at most two decimals."""
Text = Annotated[str, BeforeValidator(_clean)]
"""Any text without NUL; combine with `Field(max_length=…)`."""
Printed = Annotated[Text, AfterValidator(_printable)]
"""Text that our documents print; combine with `Field(max_length=…)`."""
_NOT_BLANK = Shown({"pattern": r"[^\s\u001c-\u001f\u0085]"})
"""What Python strips, as a pattern that JSON Schema understands too."""
_ONE_LINE = Shown({"description": "Characters that our documents can print, and none that is invisible."})
Words = Annotated[
    str, Field(max_length=255, min_length=1), AfterValidator(_not_blank), BeforeValidator(_clean), _NOT_BLANK
]
"""Something to look for: 1 to 255 characters, not blank."""
Label = Annotated[
    Words,
    AfterValidator(_seen),
    AfterValidator(_printable),
    _ONE_LINE,
]
"""A name or title: as Words, without what makes it read as another."""
Reason = Annotated[
    str,
    Field(max_length=500, min_length=1),
    AfterValidator(_not_blank),
    BeforeValidator(_clean),
    AfterValidator(_seen),
    AfterValidator(_printable),
    _NOT_BLANK,
    _ONE_LINE,
]
"""Why something is done: as Label, up to 500 characters."""
WebAddress = Annotated[
    Text,
    # Nothing but the web (a page shows it as a link, and `javascript:` is one too), and a host that every parser reads
    # alike: no user name before it, no brackets; an international domain as xn--….
    Field(
        pattern=r'^https?://[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,4})?([/?#][^\s\x00-\x1f\x85<>"]*)?$'
    ),
    Says("must be a web address that starts with http:// or https://"),
]
"""A link to a page or a picture; combine with `Field(max_length=…)`."""
SecureAddress = Annotated[
    Text,
    # As WebAddress, but only over TLS: pages that were loaded over TLS show it. On one's own machine there is none.
    Field(
        pattern=r"^(https://[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|http://127\.0\.0\.1)(:[0-9]{1,5})?"
        r'([/?#][^\s\x00-\x1f\x85<>"]*)?$'
    ),
    Says("must be a web address that starts with https://"),
]
"""A link to what a page shows by itself; combine with `Field(max_length=…)`."""
Count = Annotated[int, BeforeValidator(_whole)]
Flag = StrictBool

AskedId = Id
AskedDay = Day
AskedMoney = Annotated[Decimal, BeforeValidator(_asked_decimal), Shown(_MONEY_SCHEMA)]
AskedCount = Annotated[int, BeforeValidator(_asked_integer), Shown({"minimum": 0})]
AskedFlag = Annotated[bool, BeforeValidator(_asked_flag), WithJsonSchema({"type": "boolean"})]
Moment = datetime


LEFT_OUT: Any = Field(default=None)
"""The default of a field that a PUT may leave out but not make null; it is never read (`model_fields_set`)."""


class Body(BaseModel):
    """A request's JSON body. Unknown fields are refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", defer_build=True, frozen=True)


class Query(BaseModel):
    """A request's query parameters. Unknown parameters are refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", defer_build=True, frozen=True)


class View(BaseModel):
    """What an operation answers; `accounted` names the fields that may appear in events and audit rows."""

    model_config: ClassVar[ConfigDict] = ConfigDict(defer_build=True, extra="forbid")
    accounted: ClassVar[tuple[str, ...]] = ("status",)

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """The view of a row that SQL has already shaped; only the tests validate it again."""
        return cls.model_construct(**row)


class FrameData(View):
    """The `data` of a WebSocket frame that we send; its class names the frame's event."""

    frame_name: ClassVar[str]
    channel_kind: ClassVar[str | None] = None
    """The kind of channels on which it is sent, too, to those who follow one."""
