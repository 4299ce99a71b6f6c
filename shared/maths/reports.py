"""The arithmetic of an owner's reports, as of any day [docs/spec/lease-maths.md, Reports].

The caller passes the spaces with the leases that were executed on that day. Areas are in square feet, rents in major
units; percentages and ratios are not rounded.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

from shared.maths.choices import EscalationKind
from shared.maths.exact import CONTEXT, ZERO, added, rounded, shown
from shared.maths.months import add_months
from shared.maths.rent import base_rent, levels
from shared.maths.terms import IndexValue, Terms

SpaceStatus = Literal["OCCUPIED", "HOLDOVER", "MONTH_TO_MONTH", "LEASED_NOT_COMMENCED", "VACANT", "RESERVED", "OFFLINE"]
ExpiryBucket = Literal["VACANT", "<12m", "12–24m", "24–36m", ">36m"]
AgingBucket = Literal["CURRENT", "1–30", "31–60", "61–90", "90+"]

AGING_BUCKETS: tuple[AgingBucket, ...] = ("CURRENT", "1–30", "31–60", "61–90", "90+")


IN_PLACE: tuple[SpaceStatus, ...] = ("OCCUPIED", "HOLDOVER", "MONTH_TO_MONTH")
"""The statuses of a space whose lease has commenced and not ended."""


class Lease(NamedTuple):
    """An executed contract on a space: its days (`expiry` None: a SALE, or one that nobody has ended yet), its monthly
    base rent as of the day.

    `charged` is what is charged of that rent in the month of the day, 0 while it is abated. `holdover` is the percent
    of its last rent that a lease costs after its last day; None until then.
    """

    start: date
    expiry: date | None
    area: Decimal
    rent: Decimal
    charged: Decimal
    holdover: Decimal | None = None
    exponent: int = 2
    """The decimals of its currency."""

    @property
    def annual_rent(self) -> Decimal:
        """Twelve of the month's rents, rounded: what reports show, and add up."""
        return rounded(self.rent * 12, self.exponent)


class Space(NamedTuple):
    """A leasable space: its rentable area, the monthly rent asked for it, and its executed leases.

    `held` by an approved bid that is not executed yet; `offline`: not to be let now.
    """

    area: Decimal
    asking: Decimal | None = None
    leases: tuple[Lease, ...] = ()
    held: bool = False
    offline: bool = False


class Occupancy(NamedTuple):
    """Ratios from 0 to 1 (`economic` may be above); None where there is nothing to measure against."""

    leased: Decimal | None
    occupied: Decimal | None
    economic: Decimal | None


def lease_on(space: Space, day: date) -> Lease | None:
    """The lease whose days include `day`."""
    for one in space.leases:
        if one.start <= day and (one.expiry is None or day <= one.expiry):
            return one
    return None


def next_lease(space: Space, day: date) -> Lease | None:
    """The first lease that begins after `day`."""
    return min((one for one in space.leases if one.start > day), key=lambda one: one.start, default=None)


def status_of(space: Space, day: date) -> SpaceStatus:
    """The status of the space in the rent roll of `day`."""
    if space.leases:
        if lease := lease_on(space, day):
            if lease.holdover is None:
                return "OCCUPIED"
            return "HOLDOVER" if lease.holdover > 100 else "MONTH_TO_MONTH"
        if next_lease(space, day):
            return "LEASED_NOT_COMMENCED"
    if space.held:
        return "RESERVED"
    return "OFFLINE" if space.offline else "VACANT"


def occupancy(spaces: Iterable[Space], as_of: date) -> Occupancy:
    """How full leasable spaces are: `leased` by executed and `occupied` by commenced contracts, both by area, and
    `economic` = rent charged ÷ asking rent.

    A space without an asking rent counts at its contract's rent; without a contract either, it is left out.
    """
    area, leased, occupied = ZERO, ZERO, ZERO
    charged, asking = ZERO, ZERO
    for space in spaces:
        area = added(area, space.area)
        lease = lease_on(space, as_of)
        if lease:
            occupied = added(occupied, space.area)
            charged = added(charged, lease.charged)
        if lease or next_lease(space, as_of):
            leased = added(leased, space.area)
        if space.asking is not None:
            asking = added(asking, space.asking)
        elif lease:
            asking = added(asking, lease.rent)
    return Occupancy(ratio(leased, area), ratio(occupied, area), ratio(charged, asking))


def walt(leases: Iterable[Lease], as_of: date, *, by: Literal["RENT", "AREA"] = "RENT") -> Decimal | None:
    """The weighted average of the years (days ÷ 365.25) from `as_of` to expiry; None without a lease that has any.

    Weighted by annual base rent, or by area. SALEs and leases that have expired are left out; one that goes on after
    its last day has no time left.
    """
    weights, weighted = Fraction(0), Fraction(0)
    for lease in leases:
        expiry = as_of if lease.expiry is None and lease.holdover is not None else lease.expiry
        if expiry is None or expiry < as_of:
            continue
        weight = Fraction(lease.rent) * 12 if by == "RENT" else Fraction(lease.area)
        weights += weight
        weighted += weight * (expiry - as_of).days * Fraction(4, 1461)
    return shown(weighted / weights) if weights else None


class ExpiryYear(NamedTuple):
    """The leases that expire in a calendar year, and what they and all before them are of the whole, in percent."""

    year: int
    leases: int
    area: Decimal
    area_percent: Decimal
    annual_rent: Decimal
    rent_percent: Decimal
    cumulative_area_percent: Decimal
    cumulative_rent_percent: Decimal


def expirations(leases: Iterable[Lease], as_of: date, *, leasable_area: Decimal | None = None) -> list[ExpiryYear]:
    """The calendar years in which leases expire, in order. Leases that have expired or have no expiry are left out.

    Percents of area are of `leasable_area`; by default, as those of rent, of the leases' own.
    """
    by_year: dict[int, list[Lease]] = {}
    for lease in leases:
        if lease.expiry is not None and lease.expiry >= as_of:
            by_year.setdefault(lease.expiry.year, []).append(lease)
    areas = {year: added(*(one.area for one in found)) for year, found in by_year.items()}
    rents = {year: added(*(one.annual_rent for one in found)) for year, found in by_year.items()}
    all_area = added(*areas.values()) if leasable_area is None else leasable_area
    all_rent = added(*rents.values())
    years: list[ExpiryYear] = []
    area_so_far, rent_so_far = ZERO, ZERO
    for year in sorted(by_year):
        area_so_far, rent_so_far = added(area_so_far, areas[year]), added(rent_so_far, rents[year])
        years.append(
            ExpiryYear(
                year=year,
                leases=len(by_year[year]),
                area=areas[year],
                area_percent=percent(areas[year], all_area),
                annual_rent=rents[year],
                rent_percent=percent(rents[year], all_rent),
                cumulative_area_percent=percent(area_so_far, all_area),
                cumulative_rent_percent=percent(rent_so_far, all_rent),
            )
        )
    return years


def aging_bucket(due_date: date, as_of: date) -> AgingBucket:
    """How long an unpaid installment has been due: Jul 1 on Aug 31 is 61 days."""
    days = (as_of - due_date).days
    if days <= 0:
        return "CURRENT"
    return AGING_BUCKETS[min((days - 1) // 30 + 1, 4)]


def aging(unpaid: Iterable[tuple[date, Decimal]], as_of: date) -> dict[AgingBucket, Decimal]:
    """What is still open, by how long it has been due; every bucket is there. `unpaid`: due date, open amount."""
    buckets = dict.fromkeys(AGING_BUCKETS, ZERO)
    for due_date, amount in unpaid:
        bucket = aging_bucket(due_date, as_of)
        buckets[bucket] = added(buckets[bucket], amount)
    return buckets


def expiry_bucket(expiry: date | None, as_of: date) -> ExpiryBucket:
    """How soon a lease expires; VACANT where there is none. Months are counted on the calendar from `as_of`."""
    if expiry is None or expiry < as_of:
        return "VACANT"
    if expiry < add_months(as_of, 12):
        return "<12m"
    if expiry < add_months(as_of, 24):
        return "12–24m"
    return "24–36m" if expiry <= add_months(as_of, 36) else ">36m"


def widths(areas: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """The percent of a floor's width that each of its segments takes: two decimals each, 100 together.

    Rounded down, and the hundredths that are left over go to those that lost most by it, the first first. Raises
    ValueError where there is no area.
    """
    whole = sum(map(Fraction, areas))
    if whole <= 0:
        raise ValueError("a floor's areas must be above zero")
    exact = [Fraction(area) / whole * 10000 for area in areas]
    hundredths = [share.numerator // share.denominator for share in exact]
    lost = sorted(range(len(exact)), key=lambda at: (hundredths[at] - exact[at], at))
    for at in lost[: 10000 - sum(hundredths)]:
        hundredths[at] += 1
    return tuple(Decimal(f"{share}E-2") for share in hundredths)


def next_step(terms: Terms, as_of: date, index_values: Iterable[IndexValue] = ()) -> tuple[date, Decimal] | None:
    """The first day after `as_of` on which the monthly base rent changes, and the unrounded rent from then on."""
    for level in levels(terms, index_values)[1:]:
        if level.begins > as_of:
            return level.begins, shown(level.rent)
    return None


def rent_on(terms: Terms, day: date, index_values: Iterable[IndexValue] = ()) -> Decimal:
    """The unrounded monthly base rent on a day of the term; before it the first rent, after it the last."""
    plan = levels(terms, index_values)
    return shown(next((level.rent for level in reversed(plan) if level.begins <= day), plan[0].rent))


class Standing(NamedTuple):
    """A lease's rents on a day, unrounded: the monthly base rent, what is charged of it in the month of the day (0
    while it is abated), and what `next_step` says."""

    rent: Decimal
    charged: Decimal
    next_step: tuple[date, Decimal] | None


def standing(terms: Terms, day: date, index_values: Iterable[IndexValue] = ()) -> Standing:
    """What `rent_on` and `next_step` say, without the steps between where an increase follows from its number: a rent
    roll asks for ten thousand leases at once."""
    if terms.escalation.kind in ("STEP", "INDEX"):
        rent, step = rent_on(terms, day, index_values), next_step(terms, day, index_values)
    else:
        rent, step = _by_number(terms, day)
    is_abated = bool(terms.free_months) and _months_since(terms.start_date, day) + 1 in terms.free_months
    return Standing(rent, ZERO if is_abated else rent, step)


def _by_number(terms: Terms, day: date) -> tuple[Decimal, tuple[date, Decimal] | None]:
    base = shown(base_rent(terms)) if terms.bid_amount is None else terms.bid_amount
    if terms.escalation.kind == "NONE" or terms.term_months is None:
        return base, None
    passed, turn = _increases_on(day, terms.start_date, terms.term_months, terms.escalation.every_months)
    rent = _after(terms, base, passed)
    if turn is None or (later := _after(terms, base, passed + 1)) == rent:
        return shown(rent), None
    return shown(rent), (turn, shown(later))


# Leases begin on few days, and rise by few percents.
@lru_cache(10_000)
def _increases_on(day: date, start: date, term_months: int, every: int) -> tuple[int, date | None]:
    """How many increases there were by `day`, and when the next one comes."""
    most = (term_months - 1) // every
    passed = max(0, min(most, _months_since(start, day) // every))
    return passed, add_months(start, every * (passed + 1)) if passed < most else None


def _after(terms: Terms, base: Decimal, increases: int) -> Decimal:
    """The rent after so many increases, to 50 digits [docs/spec/lease-maths.md, Schedule]."""
    escalation = terms.escalation
    if escalation.kind == "AMOUNT":
        rise = CONTEXT.multiply(CONTEXT.multiply(Decimal(increases), escalation.amount_psf or ZERO), terms.area or ZERO)
        return CONTEXT.add(base, CONTEXT.divide(rise, Decimal(12)))
    return CONTEXT.multiply(base, _growth(escalation.kind, escalation.percent or ZERO, increases))


@lru_cache(1000)
def _growth(kind: EscalationKind, percent: Decimal, increases: int) -> Decimal:
    """What so many increases make of a rent of 1."""
    rate, many = CONTEXT.divide(percent, Decimal(100)), Decimal(increases)
    if kind == "SIMPLE":
        return CONTEXT.add(Decimal(1), CONTEXT.multiply(many, rate))
    return CONTEXT.power(CONTEXT.add(Decimal(1), rate), many) if increases else Decimal(1)


def _months_since(start: date, day: date) -> int:
    """Whole lease months that are over on `day`; below 0 before the start."""
    months = (day.year - start.year) * 12 + day.month - start.month
    return months if add_months(start, months) <= day else months - 1


def ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` ÷ `whole`; None of nothing."""
    return shown(Fraction(part) / Fraction(whole)) if whole else None


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """`part` in percent of `whole`; 0 of nothing."""
    return shown(Fraction(part) * 100 / Fraction(whole)) if whole else ZERO
