"""Tax codes with their rates over time, and the tax of a time."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from shared.kit.fields import AskedDay, Body, Day, Like, Number, Query, Reason, Shown, View, refuse
from shared.maths.tax import TaxCategory


def _four_decimals(value: Decimal) -> Decimal:
    if value != round(value, 4):
        raise refuse("must have at most 4 decimals", "WRONG_FORMAT")
    return value


class RateChange(Body):
    """From that day on, the tax is so many percent."""

    begins: Annotated[Day, Field(alias="from")]
    percent: Annotated[Number, Field(ge=0, le=100), AfterValidator(_four_decimals), Shown({"x-decimals": 4})]


class TaxCodeChange(Body):
    """What a tax code means. Only a STANDARD code has a percent; the others say why there is none."""

    category: TaxCategory
    rates: Annotated[list[RateChange], Field(max_length=200, validate_default=True)] = []
    """In ascending order, each day once. The first rate also holds before its day."""
    reason: Reason | None = None
    """Printed on invoices where no tax is charged; by default the category in words."""

    @field_validator("rates")
    @classmethod
    def _fits_the_category(cls, rates: list[RateChange], info: ValidationInfo) -> list[RateChange]:
        days = [rate.begins for rate in rates]
        if days != sorted(set(days)):
            raise refuse("must be in ascending order, each day once")
        if info.data.get("category") == "STANDARD":
            if not rates:
                raise refuse("must not be empty: a STANDARD code has a percent")
        elif "category" in info.data and any(rate.percent for rate in rates):
            raise refuse("must be 0 percent: only a STANDARD code has another")
        return rates


class TaxCode(View):
    """A tax code of an owner's organization."""

    code: str
    organization_id: UUID
    category: TaxCategory
    reason: str | None
    rates: list[Annotated[dict[str, Any], Like("shared.taxes.models.RateChange")]]

    accounted: ClassVar[tuple[str, ...]] = ("code", "organization_id", "category", "reason", "rates")


class TaxCodeList(View):
    """The tax codes of an owner's organization."""

    data: list[TaxCode]


class TaxFilter(Query):
    """Which days of posting to report."""

    begins: Annotated[AskedDay | None, Field(alias="from")] = None
    """Posted on this day or later."""
    ends: Annotated[AskedDay | None, Field(alias="to")] = None
    """Posted on this day or earlier."""

    @field_validator("ends")
    @classmethod
    def _not_before_it_begins(cls, ends: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("begins")
        if ends and begins and ends < begins:
            raise refuse("must not be before `from`")
        return ends


class TaxRow(View):
    """What invoices charged at one rate, less credit notes and less write-offs that relieve tax."""

    code: str | None
    """Null for leases that state a percent instead of a code."""
    category: TaxCategory
    percent: Decimal
    currency: str
    net: Decimal
    tax: Decimal


class TaxTotal(View):
    """The tax in one currency."""

    currency: str
    net: Decimal
    tax: Decimal


class TaxReport(View):
    """The tax on what was invoiced, by code and rate."""

    data: list[TaxRow]
    totals: list[TaxTotal]


class TaxedPart(View):
    """What of an amount is taxed at one rate. Without a `code` the lease states the percent itself."""

    code: str | None
    category: TaxCategory
    percent: Decimal
    net: Decimal
    tax: Decimal
    reason: str | None
    """Why no tax is charged."""


class CorrectedInvoice(View):
    """An invoice whose tax another one corrects, and by how much."""

    invoice_id: UUID
    number: int
    issued_on: date
    net: Decimal
    tax: Decimal
    taxes: list[TaxedPart]
