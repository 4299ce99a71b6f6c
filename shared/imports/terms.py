"""A record of a file of leases, and the lease that it describes: its terms as the engine counts with them, its
schedule, and how far it is paid."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.auth.models import Email
from shared.imports.cells import FLAG, NUMBER, PERCENT, UPPER, WHOLE, number_of, parts_of, reader
from shared.imports.faults import Faulty, fault, parsed
from shared.imports.models import Fault
from shared.kit.fields import Count, Day, Flag, Label, Money, Number, PositiveMoney, refuse
from shared.maths.checks import check_fields, check_rents
from shared.maths.choices import BillingFrequency
from shared.maths.currencies import exponent_of
from shared.maths.months import MAX_TERM_MONTHS, end_date
from shared.maths.rent import levels
from shared.maths.schedule import Line, schedule_by
from shared.maths.terms import Escalation, RentStep, Terms
from shared.spaces.models import Currency
from shared.terms.offered import Change, Months

_COLUMN_OF = {
    "bid_amount": "base_rent_monthly",
    "escalation": "escalation_percent",
    "free_rent": "free_months",
    "start_date": "start_date",
    "term_months": "term_months",
}
"""Which column says what a rule of the engine is about; the first part of the rule's field."""


def _signed_cents(value: Decimal) -> Decimal:
    if abs(value) >= 10**10:
        raise refuse("must be below 10,000,000,000", "TOO_LARGE")
    if value != value.quantize(Decimal("0.01")):
        raise refuse("must have at most two decimals", "WRONG_FORMAT")
    return value.quantize(Decimal("0.01"))


def _steps(cell: str) -> list[tuple[int, Decimal]]:
    pairs = [part.split(":") for part in parts_of(cell)]
    return [(int(month.strip()), number_of(rent.strip())) for month, rent in pairs]


def _months(cell: str) -> list[int]:
    return [int(part) for part in parts_of(cell)]


STEPS = reader(_steps, "must be lease months and rents, such as 13:1100;25:1200")
MONTHS = reader(_months, "must be lease months, such as 1;2")
BalanceMoney = Annotated[Number, AfterValidator(_signed_cents)]
Kinds = Literal["NONE", "COMPOUND", "SIMPLE", "STEP"]


class LeaseRow(BaseModel):
    """What a record says of a lease."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore", defer_build=True, frozen=True)

    space_external_id: Label
    tenant_name: Label
    tenant_email: Email
    contract_external_id: Label
    contract_type: Annotated[Literal["LEASE", "RENTAL"], UPPER] = "LEASE"
    start_date: Day
    end_date: Day | None = None
    term_months: Annotated[Months, Field(ge=1, le=MAX_TERM_MONTHS), WHOLE] | None = None
    base_rent_monthly: Annotated[PositiveMoney, NUMBER]
    currency: Annotated[Currency, UPPER]
    billing_frequency: Annotated[BillingFrequency, UPPER] = "MONTHLY"
    deposit: Annotated[Money, NUMBER] = Decimal(0)
    escalation_kind: Annotated[Kinds, UPPER] | None = None
    escalation_percent: Annotated[Change, PERCENT] | None = None
    rent_steps: Annotated[list[tuple[Annotated[Count, Field(ge=2)], PositiveMoney]], STEPS] = []
    free_months: Annotated[list[Annotated[Count, Field(ge=1)]], MONTHS] = []
    paid_through: Day | None = None
    open_balance: Annotated[BalanceMoney, NUMBER] = Decimal(0)
    invite: Annotated[Flag, FLAG] = False


class Lease(NamedTuple):
    """A lease that is to be imported, from that row of the file."""

    row: int
    external_id: str
    said: LeaseRow
    terms: Terms
    lines: tuple[Line, ...]
    end_date: date


def lease_of(row: int, cells: Mapping[str, str]) -> Lease:
    """The lease that a record describes. Raises Faulty with everything that is wrong with it."""
    given = {name: cell for name, cell in cells.items() if cell}
    said = parsed(LeaseRow, given)
    months, faults = _term_of(said, given)
    faults += [*_escalation_faults(said, given), *_cent_faults(said, given)]
    if faults or months is None:
        raise Faulty(*faults)
    terms = _terms_of(said, months)
    wrong = list(check_fields(terms, ()))
    plan = () if wrong else levels(terms, ())
    wrong += () if wrong else check_rents(terms, plan)
    if wrong:
        raise Faulty(*(_rule_fault(said, field, rule, given) for field, rule in wrong))
    lines = schedule_by(terms, plan)
    last_day = end_date(said.start_date, months)
    if unpaid := _paid_fault(said, lines):
        raise Faulty(unpaid)
    return Lease(row, said.contract_external_id, said, terms, lines, last_day)


def _term_of(said: LeaseRow, given: Mapping[str, str]) -> tuple[int | None, list[Fault]]:
    """How many months the lease lasts, by its last day or by their number, which must agree."""
    if said.end_date is None and said.term_months is None:
        return None, [fault("end_date", "REQUIRED", "is required, or term_months")]
    if said.term_months is not None:
        last_day = end_date(said.start_date, said.term_months)
        if said.end_date not in (None, last_day):
            message = f"must be {last_day}, the last day of {said.term_months} months"
            return None, [fault("end_date", "INVALID", message, given["end_date"], last_day.isoformat())]
        return said.term_months, []
    last = said.end_date
    assert last is not None  # noqa: S101 (one of both)
    if last <= said.start_date:
        return None, [fault("end_date", "TOO_SMALL", "must be after start_date", given["end_date"])]
    months = (last.year - said.start_date.year) * 12 + last.month - said.start_date.month
    near = [number for number in (months, months + 1) if 1 <= number <= MAX_TERM_MONTHS]
    for number in near:
        if end_date(said.start_date, number) == last:
            return number, []
    if not near:
        return None, [fault("end_date", "TOO_LARGE", f"must be within {MAX_TERM_MONTHS} months", given["end_date"])]
    nearest = min((end_date(said.start_date, one) for one in near), key=lambda day: abs(day - last))
    message = "must end a whole number of months after start_date begins"
    return None, [fault("end_date", "INVALID", message, given["end_date"], nearest.isoformat())]


def _kind_of(said: LeaseRow) -> str:
    return said.escalation_kind or ("STEP" if said.rent_steps else "NONE")


def _escalation_faults(said: LeaseRow, given: Mapping[str, str]) -> list[Fault]:
    kind, found = _kind_of(said), []
    if kind in ("COMPOUND", "SIMPLE") and said.escalation_percent is None:
        found.append(fault("escalation_percent", "REQUIRED", f"is required for {kind}"))
    if kind in ("NONE", "STEP") and said.escalation_percent:
        value = given["escalation_percent"]
        found.append(fault("escalation_percent", "INVALID", f"must be empty for {kind}", value))
    if kind == "STEP" and not said.rent_steps:
        found.append(fault("rent_steps", "REQUIRED", "is required for STEP"))
    if kind != "STEP" and said.rent_steps:
        found.append(fault("rent_steps", "INVALID", f"must be empty for {kind}", given["rent_steps"]))
    return found


def _cent_faults(said: LeaseRow, given: Mapping[str, str]) -> list[Fault]:
    unit = Decimal(1).scaleb(-exponent_of(said.currency))
    amounts = [
        ("base_rent_monthly", said.base_rent_monthly),
        ("deposit", said.deposit),
        ("open_balance", said.open_balance),
        *(("rent_steps", rent) for _, rent in said.rent_steps),
    ]
    wrong = dict.fromkeys(column for column, amount in amounts if amount % unit)
    message = f"must be a whole number: {said.currency} has no decimals"
    return [fault(column, "WRONG_FORMAT", message, given.get(column, "")) for column in wrong]


def _terms_of(said: LeaseRow, months: int) -> Terms:
    steps = (RentStep(1, said.base_rent_monthly), *(RentStep(*step) for step in said.rent_steps))
    kind = _kind_of(said)
    return Terms(
        start_date=said.start_date,
        bid_amount=said.base_rent_monthly,
        contract_type=said.contract_type,
        term_months=months,
        billing_frequency=said.billing_frequency,
        escalation=Escalation(
            kind=kind,  # type: ignore[arg-type]
            percent=said.escalation_percent if kind in ("COMPOUND", "SIMPLE") else None,
            table=steps if kind == "STEP" else (),
        ),
        free_months=tuple(said.free_months),
        exponent=exponent_of(said.currency),
    )


def _rule_fault(said: LeaseRow, field: str, rule: str, given: Mapping[str, str]) -> Fault:
    first, *rest = field.split(".")
    column = "rent_steps" if "table" in rest else _COLUMN_OF.get(first, first)
    return fault(column, "INVALID", rule, given.get(column, ""))


def _paid_fault(said: LeaseRow, lines: tuple[Line, ...]) -> Fault | None:
    """Rent is paid for whole periods: what is paid of another one is part of the open balance."""
    if said.paid_through is None:
        return None
    ends = [line.period_end for line in lines if line.charge == "RENT" and line.period_end is not None]
    if said.paid_through in ends:
        return None
    if said.paid_through > max(ends):
        message = f"must be at most {max(ends)}, the last day of the lease"
        return fault("paid_through", "TOO_LARGE", message, said.paid_through.isoformat(), max(ends).isoformat())
    before = max((end for end in ends if end < said.paid_through), default=None)
    message = "must be the last day of a period that is billed"
    suggestion = before.isoformat() if before else ""
    return fault("paid_through", "INVALID", message, said.paid_through.isoformat(), suggestion)


def facts_of(lease: Lease) -> dict[str, Any]:
    """What the row says of the lease, to compare it with another time: tenants are renamed, and invited later."""
    return lease.said.model_dump(mode="json", exclude={"invite", "tenant_name"})
