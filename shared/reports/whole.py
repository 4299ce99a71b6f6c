"""The whole rent roll, in one piece, for what is not an answer to a request."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.kit.db import Reading
from shared.kit.request import Caller
from shared.reports import queries
from shared.reports.money import select_rent_roll
from shared.reports.portfolio import holdings
from shared.reports.roll import rent_roll


def whole_rent_roll(tx: Reading, caller: Caller, building_id: UUID | None, as_of: date | None) -> dict[str, Any]:
    """What `RentRoll` shows, as GET /reports/rent-roll does."""
    day, spaces, leases = select_rent_roll(tx, queries.scope_of(caller, building_id, as_of), "DOCUMENT")
    return rent_roll(holdings(spaces, leases, day.as_of), day)
