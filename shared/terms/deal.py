"""The terms of a struck deal, as the engine counts with them, and the schedule that they come to."""

from datetime import date
from decimal import Decimal

from shared.kit.db import Row
from shared.maths.schedule import Line, schedule
from shared.maths.terms import IndexValue, Terms
from shared.terms.stored import engine_terms

COLUMNS = (
    "billing_frequency",
    "proration",
    "deposit_months",
    "tax_percent",
    "escalation",
    "free_rent",
    "late_policy",
)
"""The optional terms that have a column of their own; the others stand in `terms`."""


def terms_of(deal: Row) -> Terms:
    """What the contract froze, from a row with its `contract_type`, `start_date`, `term_months`, `base_rent`,
    `currency`, `terms` and `COLUMNS`.

    Contracts of the release before this one named no area in `terms`; their `premises` do, where the row has them.
    """
    area = (deal.get("premises") or {}).get("gross_sqft")
    return engine_terms(
        {"rentable_sqft": area} | deal["terms"] | {name: deal[name] for name in COLUMNS},
        contract_type=deal["contract_type"],
        start_date=deal["start_date"],
        term_months=deal["term_months"],
        currency=deal["currency"],
        bid_amount=deal["base_rent"],
    )


def schedule_of(deal: Row) -> tuple[Line, ...]:
    """The deal's whole schedule, as its document shows it and its payments follow it.

    Without values of an index: those dated in the term are published after the deal was struck, and what they change
    comes as lines of its own.
    """
    return schedule(terms_of(deal), after=earlier_line(deal))


def earlier_line(deal: Row) -> Line | None:
    """The last line of the lease that the deal renews, with what its index had said when it was renewed: where both
    share a month, the deal's first line is that month less this one. None where it renews none."""
    renewed = deal["renewed"]
    if renewed is None:
        return None
    values = [
        IndexValue(date.fromisoformat(one["day"]), Decimal(one["value"]), one["final"], one["version"])
        for one in renewed["index_values"] or ()
    ]
    start_date = date.fromisoformat(renewed["start_date"])
    terms = terms_of(renewed | {"start_date": start_date, "base_rent": Decimal(renewed["base_rent"])})
    return schedule(terms, values)[-1]
