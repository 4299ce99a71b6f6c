"""The leasable spaces of a report, each with the lease that holds it on the day, or is signed to: all reports count
these, and so agree with each other (docs/decisions/0021)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from shared.kit.wire import load
from shared.maths.currencies import exponent_of
from shared.maths.exact import CONTEXT, ZERO
from shared.maths.reports import Lease, Space, SpaceStatus, Standing, standing, status_of
from shared.maths.terms import IndexValue, Terms
from shared.reports.queries import Deal, SpaceRow
from shared.terms.stored import engine_terms


class Holding(NamedTuple):
    """A space as `queries` reads it, its deal (None: nobody's), and its rents on the day. The lease expires with the
    last of the renewals that are signed, whose rent is a step."""

    row: SpaceRow
    deal: Deal | None
    status: SpaceStatus
    lease: Lease | None
    rents: Standing | None

    @property
    def expiry(self) -> date | None:
        """The last day; None of what was sold, and of a lease that nobody has ended yet."""
        return self.lease.expiry if self.lease else None

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
    by_space: dict[str, list[Deal]] = {}
    for deal in deals:
        chain = by_space.setdefault(deal.space_id, [])
        if not chain or deal.renews_contract_id == chain[-1].contract_id:
            chain.append(deal)
    return (_holding(row, by_space.get(row.space_id, []), as_of) for row in spaces)


def _holding(row: SpaceRow, chain: Sequence[Deal], as_of: date) -> Holding:
    deal, lease, rents = None, None, None
    if chain:
        deal = chain[0]
        rents = _standing(chain, as_of)
        expiry = chain[-1].end_date
        lease = Lease(
            deal.start_date,
            expiry,
            row.area_sqft,
            rents.rent,
            rents.charged,
            deal.holdover_percent,
            exponent_of(deal.currency),
        )
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


def _standing(chain: Sequence[Deal], as_of: date) -> Standing:
    """The rents of the first of a chain of renewals, and the next step in all of it."""
    deal = chain[0]
    rents = _rents(deal, as_of)
    if deal.holdover_percent is not None:
        rent = CONTEXT.divide(CONTEXT.multiply(rents.rent, deal.holdover_percent), Decimal(100))
        return Standing(rent, rent, None)
    if len(chain) == 1 and rents.next_step is None:
        return rents
    return rents._replace(next_step=_next_step(chain, rents))


def _next_step(chain: Sequence[Deal], rents: Standing) -> tuple[date, Decimal] | None:
    """A step after the lease's last day is none; a renewal's rent is one on its first day."""
    for deal, renewal in pairwise(chain):
        if rents.next_step and deal.end_date and rents.next_step[0] <= deal.end_date:
            return rents.next_step
        before, rents = rents.rent, _rents(renewal, renewal.start_date)
        if rents.rent != before:
            return renewal.start_date, rents.rent
    last_day = chain[-1].end_date
    return rents.next_step if rents.next_step and (last_day is None or rents.next_step[0] <= last_day) else None


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
