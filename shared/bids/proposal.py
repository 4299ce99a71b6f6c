"""A bid's next version: what a side puts on the table, checked and calculated before it is stored."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from shared.bids.calculation import calculate, check_cents
from shared.bids.models import DEFAULTS, Bid, Proposal, Side, SpaceNow
from shared.bids.offer import Answer, Counter, Offer, OfferedTerms, Revision
from shared.bids.rules import SpaceNotAvailable, check_days, next_status
from shared.bids.terms import TERM_MONTHS, engine_terms, merged
from shared.maths.months import first_of_next_month
from shared.maths.terms import IndexValue, Terms
from shared.spaces.deal import SpaceAtHand


def offered(space: SpaceAtHand, offer: Offer, index_values: Sequence[IndexValue]) -> Proposal:
    """The client's first version. Raises Invalid on cents that the currency lacks; SpaceNotAvailable; StartInThePast,
    ExpiryInThePast; InconsistentTerms."""
    terms = asked_terms(offer, space.today, space.currency, space.gross_sqft, offer.bid_amount)
    check_cents(terms, space.currency)
    if space.availability_status != "AVAILABLE":
        raise SpaceNotAvailable()
    check_days(terms.start_date, offer.valid_until, space.today)
    return Proposal(
        side="CLIENT",
        status="PENDING",
        bid_amount=offer.bid_amount,
        counter_offer_amount=None,
        contract_type=terms.contract_type,
        start_date=terms.start_date,
        term_months=terms.term_months,
        terms=stored_terms(offer, space.gross_sqft),
        valid_until=offer.valid_until,
        notes=offer.notes,
        economics=calculate(terms, index_values).economics,
    )


def countered(bid: Bid, counter: Counter, space: SpaceNow, index_values: Sequence[IndexValue]) -> Proposal:
    """The owner's amount beside the client's. Raises as `revised` does."""
    return _answered("OWNER", bid, counter, counter.counter_offer_amount, space, index_values)


def revised(bid: Bid, revision: Revision, space: SpaceNow, index_values: Sequence[IndexValue]) -> Proposal:
    """The client's new amount; the counter-offer is off the table.

    Raises Invalid on cents that the currency lacks; BidNotOpen, NotYourTurn; StartInThePast, ExpiryInThePast;
    InconsistentTerms.
    """
    return _answered("CLIENT", bid, revision, revision.bid_amount, space, index_values)


def _answered(
    side: Side, bid: Bid, answer: Answer, amount: Decimal, space: SpaceNow, index_values: Sequence[IndexValue]
) -> Proposal:
    by_owner = side == "OWNER"
    field = "counter_offer_amount" if by_owner else "bid_amount"
    area = bid.rentable_sqft if space.gross_sqft is None else space.gross_sqft
    terms = asked_terms(answer, space.today, bid.currency, area, amount, standing=bid)
    check_cents(terms, bid.currency, amount_field=field)
    status = next_status(bid, "counter" if by_owner else "revise")
    check_days(terms.start_date, answer.valid_until, space.today)
    return Proposal(
        side=side,
        status=status,
        bid_amount=bid.bid_amount if by_owner else amount,
        counter_offer_amount=amount if by_owner else None,
        contract_type=terms.contract_type,
        start_date=terms.start_date,
        term_months=terms.term_months,
        terms=stored_terms(answer, area, bid),
        valid_until=answer.valid_until,
        notes=answer.notes,
        economics=calculate(terms, index_values, amount_field=field).economics,
    )


def stored_terms(asked: OfferedTerms, area: Decimal | None, standing: Bid | None = None) -> dict[str, Any]:
    """The optional terms after `asked`, as they are stored."""
    before = {name: getattr(standing, name) for name in DEFAULTS} if standing else {}
    return merged(before, asked.given()) | {"rentable_sqft": area}


def asked_terms(
    asked: OfferedTerms,
    today: date,
    currency: str,
    area: Decimal | None,
    amount: Decimal | None,
    base_rent_psf: Decimal | None = None,
    standing: Bid | None = None,
) -> Terms:
    """An offer as the engine counts with it: what `asked` leaves out is as it stands, or else the default."""

    def said(name: str) -> Any:
        return getattr(standing if standing and name not in asked.model_fields_set else asked, name)

    contract_type = said("contract_type") or "LEASE"
    term_months = said("term_months")
    if term_months is None and contract_type != "SALE":
        term_months = TERM_MONTHS
    return engine_terms(
        stored_terms(asked, area, standing),
        contract_type=contract_type,
        start_date=said("start_date") or first_of_next_month(today),
        term_months=term_months,
        currency=currency,
        bid_amount=amount,
        base_rent_psf=base_rent_psf,
    )
