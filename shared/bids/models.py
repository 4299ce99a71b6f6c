"""What a bid looks like, asked and answered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.kit.fields import AskedId, Body, Count, Day, Id, PositiveMoney, Text, View
from shared.kit.paging import Paged, PageMeta

BidStatus = Literal["PENDING", "APPROVED", "REJECTED", "COUNTER_OFFERED", "WITHDRAWN"]
Notes = Annotated[Text, Field(max_length=2000)]


class Offer(Body):
    """What a client offers for a space; money is the monthly base rent."""

    space_id: Id
    bid_amount: PositiveMoney
    start_date: Day | None = None
    term_months: Annotated[Count, Field(ge=1, le=600)] = 12
    notes: Notes | None = None


class Decision(Body):
    """What the owner says beside its decision."""

    notes: Notes | None = None


class BidFilter(Paged):
    """Which bids to list, newest first."""

    space_id: AskedId | None = None
    client_id: AskedId | None = None
    status: BidStatus | None = None


class BidSpace(View):
    """The space of a bid, as far as a list needs it."""

    id: UUID
    name: str
    floor_number: int
    building: dict[str, Any]


class BidClient(View):
    """Who bids."""

    id: UUID
    name: str
    organization: str


class Bid(View):
    """A client's offer for a space."""

    id: UUID
    space_id: UUID
    space: BidSpace
    client_id: UUID
    client: BidClient
    owner_id: UUID
    client_organization_id: UUID
    owner_organization_id: UUID
    bid_amount: Decimal
    counter_offer_amount: Decimal | None
    currency: str
    contract_type: str
    start_date: date
    term_months: int | None
    status: BidStatus
    version: int
    notes: str | None
    decision_reason: str | None
    contract_id: UUID | None
    created_at: datetime
    updated_at: datetime

    accounted: ClassVar[tuple[str, ...]] = (
        "status",
        "space_id",
        "client_id",
        "owner_id",
        "client_organization_id",
        "owner_organization_id",
        "bid_amount",
        "counter_offer_amount",
        "contract_id",
        "version",
    )


class BidVersion(View):
    """One side's terms at one moment; never changed afterwards."""

    version: int
    side: Literal["CLIENT", "OWNER"]
    author_id: UUID
    amount: Decimal
    start_date: date
    term_months: int | None
    notes: str | None
    created_at: datetime


class BidDetail(Bid):
    """A bid with all versions of its terms."""

    versions: list[BidVersion]


class BidList(View):
    """A page of bids."""

    data: list[Bid]
    meta: PageMeta
