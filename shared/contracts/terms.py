"""The terms of a struck deal, as the engine counts with them, and the schedule that they come to."""

from shared.kit.db import Row
from shared.maths.schedule import Line, schedule
from shared.maths.terms import Terms
from shared.spaces.currencies import exponent_of


def terms_of(deal: Row) -> Terms:
    """What the contract froze of its bid's terms."""
    return Terms(
        start_date=deal["start_date"],
        bid_amount=deal["base_rent"],
        term_months=deal["term_months"],
        exponent=exponent_of(deal["currency"]),
    )


def schedule_of(deal: Row) -> tuple[Line, ...]:
    """The deal's whole schedule, as its document shows it and its payments follow it."""
    return schedule(terms_of(deal))
