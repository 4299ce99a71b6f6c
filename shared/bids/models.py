"""What a bid looks like, asked and answered."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.kit.fields import AskedId, Body, Count, Day, Id, PositiveMoney, Text, View
from shared.kit.paging import Paged, PageMeta

BidStatus = Literal["PENDING", "APPROVED", "REJECTED", "COUNTER_OFFERED", "WITHDRAWN"]
Side = Literal["CLIENT", "OWNER"]
Notes = Annotated[Text, Field(max_length=2000)]
Months = Annotated[Count, Field(ge=1, le=600)]


class Offer(Body):
    """What a client offers for a space; money is the monthly base rent.

    `valid_until` is the last day, as the building counts days, on which the offer can be taken. `on_behalf_of` is the
    organization of the client whom a broker bids for by its mandate; without it the bid is the caller's own.
    """

    space_id: Id
    bid_amount: PositiveMoney
    start_date: Day | None = None
    term_months: Months = 12
    valid_until: Day | None = None
    notes: Notes | None = None
    on_behalf_of: Id | None = None


class Answer(Body):
    """New terms for an open bid: start and term that are left out stay as they stand.

    `valid_until` and `notes` belong to these terms alone and are never taken over from earlier ones.
    """

    start_date: Day | None = None
    term_months: Months | None = None
    valid_until: Day | None = None
    notes: Notes | None = None


class Counter(Answer):
    """What the owner would take instead."""

    counter_offer_amount: PositiveMoney


class Revision(Answer):
    """What the client offers after a counter-offer; `on_behalf_of` as in ClientDecision."""

    bid_amount: PositiveMoney
    on_behalf_of: Id | None = None


class Decision(Body):
    """What a side says beside its decision."""

    notes: Notes | None = None


class ClientDecision(Decision):
    """What the client's side says. A broker may name the organization that it acts for: another one's bid is then not
    found. Left out, the bid itself says whose it is."""

    on_behalf_of: Id | None = None


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


class BidBroker(View):
    """Who acted for the client."""

    id: UUID
    name: str
    organization: str


class Bid(View):
    """A client's offer for a space; `broker` acted on it for the client."""

    id: UUID
    space_id: UUID
    space: BidSpace
    client_id: UUID
    client: BidClient
    broker_id: UUID | None
    broker: BidBroker | None
    owner_id: UUID
    client_organization_id: UUID
    owner_organization_id: UUID
    bid_amount: Decimal
    counter_offer_amount: Decimal | None
    currency: str
    contract_type: str
    start_date: date
    term_months: int | None
    valid_until: date | None
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
        "broker_id",
        "owner_id",
        "client_organization_id",
        "owner_organization_id",
        "bid_amount",
        "counter_offer_amount",
        "start_date",
        "term_months",
        "valid_until",
        "contract_id",
        "version",
    )


class BidVersion(View):
    """One side's terms at one moment; never changed afterwards."""

    version: int
    side: Side
    author_id: UUID
    amount: Decimal
    start_date: date
    term_months: int | None
    valid_until: date | None
    notes: str | None
    created_at: datetime


class BidDetail(Bid):
    """A bid with all versions of its terms."""

    versions: list[BidVersion]


class BidList(View):
    """A page of bids."""

    data: list[Bid]
    meta: PageMeta


@dataclass(frozen=True, slots=True)
class Terms:
    """A bid's next version: what `side` puts on the table, and the status that this brings."""

    side: Side
    status: BidStatus
    bid_amount: Decimal
    counter_offer_amount: Decimal | None
    start_date: date
    term_months: int | None
    valid_until: date | None
    notes: str | None


@dataclass(frozen=True, slots=True)
class SpaceNow:
    """What a decision on a bid must know of its space; `today` is the day it is there.

    `availability_status` is None where the space is no longer listed and the caller may not see it.
    """

    availability_status: str | None
    today: date
