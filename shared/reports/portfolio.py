"""The leasable spaces of a report, each with the lease that holds it on the day, or is signed to: all reports count
these, and so agree with each other (docs/decisions/0021)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from shared.kit.wire import load
from shared.maths.exact import ZERO
from shared.maths.reports import Lease, Space, SpaceStatus, Standing, standing, status_of
from shared.maths.terms import IndexValue, Terms
from shared.reports.queries import Deal, SpaceRow
from shared.terms.stored import engine_terms


class Holding(NamedTuple):
    """A space as `queries` reads it, its deal (None: nobody's), and its rents on the day."""

    row: SpaceRow
    deal: Deal | None
    status: SpaceStatus
    lease: Lease | None
    rents: Standing | None

    @property
    def currency(self) -> str:
        """Of its lease, or else of what is asked for it."""
        return self.deal.currency if self.deal else self.row.asking_currency

    @property
    def space(self) -> Space:
        """As the engine counts it. What is asked in another currency than the lease's is not to be compared with it,
        and who has bought pays no rent."""
        row = self.row
        comparable = self.deal is None or (
            row.asking_currency == self.deal.currency and self.deal.contract_type != "SALE"
        )
        return Space(row.area_sqft, row.asking_rent if comparable else None, (self.lease,) if self.lease else ())


def holdings(spaces: Iterable[SpaceRow], deals: Iterable[Deal], as_of: date) -> Iterator[Holding]:
    """The spaces, in their order."""
    by_space = {deal.space_id: deal for deal in deals}
    return (_holding(row, by_space.get(row.space_id), as_of) for row in spaces)


def _holding(row: SpaceRow, deal: Deal | None, as_of: date) -> Holding:
    lease, rents = None, None
    if deal:
        rents = _rents(deal, as_of)
        lease = Lease(deal.start_date, deal.end_date, row.area_sqft, rents.rent, rents.charged)
    status = status_of(
        Space(
            row.area_sqft,
            leases=(lease,) if lease else (),
            held=row.availability_status == "RESERVED",
            offline=row.availability_status == "MAINTENANCE",
        ),
        as_of,
    )
    return Holding(row, deal, status, lease, rents)


def _rents(deal: Deal, as_of: date) -> Standing:
    if deal.contract_type == "SALE":
        return Standing(ZERO, ZERO, None)
    if not deal.escalation and not deal.free_rent:
        # Most leases: ten thousand of them are to be told of at once.
        return Standing(deal.base_rent, deal.base_rent, None)
    stored = _optional(deal.escalation, deal.free_rent)
    terms = Terms(
        deal.start_date,
        deal.base_rent,
        term_months=deal.term_months,
        escalation=stored.escalation,
        free_months=stored.free_months,
        area=deal.rentable_sqft,
    )
    values = [
        IndexValue(date.fromisoformat(day), Decimal(value), *rest) for day, value, *rest in deal.index_values or ()
    ]
    return standing(terms, as_of, values)


@lru_cache(1000)
def _optional(escalation: str | None, free_rent: str | None) -> Terms:
    """Terms of which only these two are right: an owner's leases have few different ones."""
    stored = {"escalation": load(escalation or "null"), "free_rent": load(free_rent or "null")}
    return engine_terms(
        stored, contract_type="LEASE", start_date=date.min, term_months=1, currency="USD", bid_amount=ZERO
    )


def leases_of(found: Sequence[Holding]) -> list[Lease]:
    """The leases of all that is leased."""
    return [one.lease for one in found if one.lease]


def area_of(found: Iterable[Holding]) -> Decimal:
    """The area of these, in square feet."""
    return sum((one.row.area_sqft for one in found), ZERO)
