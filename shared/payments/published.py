"""What an organization publishes of an index."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field, field_validator

from shared.kit.fields import Body, Day, Flag, Number, Shown, View, refuse


def _six_decimals(value: Decimal) -> Decimal:
    if value != round(value, 6):
        raise refuse("must have at most 6 decimals", "WRONG_FORMAT")
    return value


class Published(Body):
    """The value of an index for a day. A value that is not final yet is corrected by a later one."""

    date: Day
    """The day that the value is for."""
    value: Annotated[Number, Field(gt=0, lt=100_000_000), AfterValidator(_six_decimals), Shown({"x-decimals": 6})]
    final: Flag = True
    """Whether the value will not be corrected."""


class Publishing(Body):
    """Values of an index, each day at most once."""

    values: Annotated[list[Published], Field(min_length=1, max_length=600)]

    @field_validator("values")
    @classmethod
    def _each_day_once(cls, values: list[Published]) -> list[Published]:
        if len({one.date for one in values}) < len(values):
            raise refuse("must not repeat a day")
        return values


class IndexVersion(View):
    """One published value of an index for a day. Of several, a final one takes precedence, then the latest."""

    date: Day
    value: Decimal
    final: bool
    version: int
    """Counted from 1 for each day."""
    created_at: datetime


class Index(View):
    """All published values of an organization's index, by day and version."""

    name: str
    organization_id: UUID
    data: list[IndexVersion]

    accounted: ClassVar[tuple[str, ...]] = ("name", "organization_id")
