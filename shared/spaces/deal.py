"""What a deal needs to know of a space; apart from the models, which no deal needs and every cold start would pay."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SpaceAtHand:
    """A space that the caller may see, with what a deal on it needs to know.

    `owner_id` is the person whom the building names as its owner; `today` is the day it is there.
    """

    id: UUID
    name: str
    building_id: UUID
    floor_id: UUID
    owner_id: UUID
    owner_organization_id: UUID
    availability_status: str
    is_leasable: bool
    usage_type: str
    currency: str
    base_price_monthly: Decimal | None
    gross_sqft: Decimal
    usable_sqft: Decimal
    floor_number: int
    building_name: str
    building_address: dict[str, Any]
    timezone: str
    today: date


@dataclass(frozen=True, slots=True)
class Ties:
    """How many deals depend on a space, or on several, and so prevent changes to it."""

    live_contracts: int
    open_bids: int
    unpaid_payments: int
