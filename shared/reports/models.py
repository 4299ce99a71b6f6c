"""The parameters of reports, and their answers."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared.kit.fields import AskedCount, AskedDay, AskedId, Like, Query, View
from shared.kit.paging import Paged, PageMeta
from shared.maths.reports import ExpiryBucket, SpaceStatus

Basis = Literal["DOCUMENT", "POSTED"]


class DayFilter(Query):
    """As of which day: past or future, today where none is named."""

    as_of: AskedDay | None = None


class ReportFilter(DayFilter):
    """Of which building; of all where none is named."""

    building_id: AskedId | None = None


class MoneyFilter(ReportFilter):
    """By which day documents and money count."""

    basis: Basis = "DOCUMENT"
    """DOCUMENT: by their own dates. POSTED: by the days of posting, so that a day in a closed month never changes."""


class RentRollFilter(MoneyFilter, Paged):
    """Which building and day, and which page of a roll that is longer than one."""

    limit: Annotated[AskedCount, Field(ge=1, le=20_000)] = 20_000
    """How many spaces a page has at most; 5,000 without `Accept-Encoding: gzip`."""


class RentRollRow(View):
    """A leasable space on the day, with the lease that holds it then or is signed for it.

    Rents are monthly base rents unless stated otherwise. Amounts of the lease are in `currency`.
    """

    building_id: UUID
    building_name: str
    floor_number: int
    space_id: UUID
    space_name: str
    status: SpaceStatus
    area_sqft: Decimal
    building_percent: Decimal
    tenant: str | None
    """The client's name in the contract; null if there is no lease."""
    contract_id: UUID | None
    start_date: date | None
    expiry: date | None
    current_term_end: date | None
    months_left: int | None
    currency: str
    """The lease's, or that of the asking rent if there is none."""
    monthly_rent: Decimal | None
    annual_rent: Decimal | None
    rent_psf: Decimal | None
    next_step_date: date | None
    next_step_rent: Decimal | None
    deposit_held: Decimal | None
    past_due: Decimal | None
    """Null for a day ahead, as all that is open or paid ahead: nobody knows it yet."""
    current: Decimal | None
    """Invoiced and not past due."""
    unapplied_credit: Decimal | None
    """Money and credit beyond all that is open."""
    prepaid: Decimal | None
    """What settles installments that are not invoiced yet."""
    ledger_balance: Decimal | None
    """What the ledgers of the lease, and of those it renews, say is owed."""
    asking_rent: Decimal | None
    asking_currency: str
    is_rent_free: bool | None
    """Whether nothing of the rent, or only a part, is charged in the month of the day; null if there is no lease."""
    space_external_id: str | None
    """Your own id of the space."""
    contract_external_id: str | None
    """Your own id of the lease."""


class RentTotals(View):
    """The totals of the leases on the roll, in one currency: leases that have ended, and renewals that have not begun,
    are not on it, and may hold deposits and owe money too (aging has all of them). They tie: `ledger_balance` is
    `past_due` and `current` less `unapplied_credit` less `prepaid`."""

    currency: str
    leases: int
    monthly_rent: Decimal
    annual_rent: Decimal
    deposit_held: Decimal
    past_due: Decimal | None
    current: Decimal | None
    unapplied_credit: Decimal | None
    prepaid: Decimal | None
    ledger_balance: Decimal | None
    ties: bool | None
    """Whether the ledgers, added up by themselves, say the same; null for a day ahead."""


class RentRollTotals(View):
    """The totals of the report. All leasable area is either leased or vacant."""

    spaces: int
    area_sqft: Decimal
    leased_sqft: Decimal
    vacant_sqft: Decimal
    rents: list[RentTotals]


class RentRoll(View):
    """One row for each leasable space, vacant ones included. The totals are the whole report's on every page."""

    as_of: date
    data: list[RentRollRow]
    totals: RentRollTotals
    meta: PageMeta


class CurrencyOccupancy(View):
    """The rent charged compared with the asking rent in one currency, and the remaining lease terms, weighted by annual
    rent."""

    currency: str
    rent_charged: Decimal
    asking_rent: Decimal
    """Per month. A leased space without an asking rent counts at its base rent."""
    economic: Decimal | None
    annual_rent: Decimal
    walt_years: Decimal | None
    """Average remaining term in years, weighted by annual rent; null if nothing is leased."""


class BuildingOccupancy(View):
    """How full a building is. `building_id` is null in the total of all buildings.

    `leased` (executed leases) and `occupied` (commenced leases) are shares of the leasable area.
    """

    building_id: UUID | None
    building_name: str | None
    spaces: int
    leasable_sqft: Decimal
    leased_sqft: Decimal
    occupied_sqft: Decimal
    vacant_sqft: Decimal
    leased: Decimal | None
    occupied: Decimal | None
    walt_by_area_years: Decimal | None
    currencies: list[CurrencyOccupancy]


class Occupancy(View):
    """How full each building is, and all of them together."""

    as_of: date
    data: list[BuildingOccupancy]
    totals: BuildingOccupancy


class ExpiryRow(View):
    """The leases of one currency that expire in a calendar year.

    Percentages of area are of the total leasable area, percentages of rent of the total rent in that currency.
    """

    currency: str
    year: int
    leases: int
    area_sqft: Decimal
    area_percent: Decimal
    annual_rent: Decimal
    rent_percent: Decimal
    cumulative_area_percent: Decimal
    cumulative_rent_percent: Decimal


class Expirations(View):
    """The years in which leases expire."""

    as_of: date
    data: list[ExpiryRow]


class AgingRow(View):
    """What a tenant owes on a lease, by the number of days it has been due, and what is paid ahead."""

    contract_id: UUID
    tenant: str
    building_id: UUID
    building_name: str
    space_id: UUID
    space_name: str
    currency: str
    current: Decimal | None
    """Null for a day ahead, as all amounts: nobody knows yet what will be open."""
    days_1_30: Decimal | None
    days_31_60: Decimal | None
    days_61_90: Decimal | None
    days_over_90: Decimal | None
    total: Decimal | None
    unapplied_credit: Decimal | None
    """Money and credit beyond all that is open."""
    prepaid: Decimal | None
    """What settles installments that are not invoiced yet."""
    ledger_balance: Decimal | None
    """What the contract's ledger says is owed."""
    deposit_held: Decimal | None
    """The deposit that is held for the contract; it is no part of what is owed."""


class AgingTotals(View):
    """The amounts owed, and the deposits held, in one currency. They tie: `ledger_balance` is `total` less
    `unapplied_credit` less `prepaid`, and `deposit_held` is `deposits_in_journal`."""

    currency: str
    current: Decimal | None
    days_1_30: Decimal | None
    days_31_60: Decimal | None
    days_61_90: Decimal | None
    days_over_90: Decimal | None
    total: Decimal | None
    unapplied_credit: Decimal | None
    prepaid: Decimal | None
    ledger_balance: Decimal | None
    deposit_held: Decimal | None
    deposits_in_journal: Decimal | None
    """The balance of the journal's account DEPOSITS_HELD."""
    ties: bool | None
    """Whether the ledgers and the journal, added up by themselves, say the same; null for a day ahead."""


class Aging(View):
    """Who owes what, and for how long."""

    as_of: date
    data: list[AgingRow]
    totals: list[AgingTotals]


class PlanSpace(View):
    """The space of a segment."""

    id: UUID
    name: str


class Segment(View):
    """A space on its floor. `tenant` is VACANT if there is none. `width_pct` is relative to the floor."""

    space: PlanSpace
    tenant: str
    """The client's name in the contract, or VACANT."""
    contract_id: UUID | None
    sqft: Decimal
    width_pct: Decimal
    start_date: date | None
    expiry: date | None
    current_term_end: date | None
    bucket: ExpiryBucket
    rent_psf: Decimal | None
    currency: str
    status: SpaceStatus


class PlanFloor(View):
    """A floor and what is leased on it."""

    floor_number: int
    leasable_sqft: Decimal
    leased_sqft: Decimal
    segments: list[Segment]


class PlanBucket(View):
    """How much of the building is in one bucket."""

    bucket: ExpiryBucket
    spaces: int
    sqft: Decimal
    percent: Decimal
    """Percentage of the building's leasable area."""


class PlanTotals(View):
    """The building as a whole. The WALT is in years, weighted by area."""

    spaces: int
    leasable_sqft: Decimal
    leased_sqft: Decimal
    vacant_sqft: Decimal
    leased_percent: Decimal
    walt_years: Decimal | None
    buckets: list[PlanBucket]


class PlanBuilding(View):
    """The building of the plan."""

    id: UUID
    name: str
    address: Annotated[dict[str, Any], Like("shared.buildings.models.BuildingAddress")]


class StackingPlan(View):
    """A building from top to bottom: who leases which space, and until when."""

    building: PlanBuilding
    as_of: date
    floors: list[PlanFloor]
    totals: PlanTotals
