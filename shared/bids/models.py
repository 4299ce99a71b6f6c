"""The shapes of bids, in requests and responses."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.kit.fields import AskedId, Body, Count, Id, Text, View
from shared.kit.paging import Paged, PageMeta
from shared.maths.choices import ContractType
from shared.terms.models import DEFAULTS, OfferTerms

BidStatus = Literal["PENDING", "APPROVED", "REJECTED", "COUNTER_OFFERED", "WITHDRAWN"]
Side = Literal["CLIENT", "OWNER"]
Notes = Annotated[Text, Field(max_length=2000)]


class Decision(Body):
    """What a side adds to its decision."""

    notes: Notes | None = None
    """Both sides can read them."""
    version: Annotated[Count, Field(ge=1)] | None = None
    """The `version` of the terms that the decision is about: it is refused if they have changed since. By default it is
    about the terms as they are now."""


class ClientDecision(Decision):
    """The client's decision. A broker can name the organization that they act for; bids of other organizations are then
    not found. If it is left out, it is taken from the bid."""

    on_behalf_of: Id | None = None


class BidFilter(Paged):
    """Which bids to list, newest first."""

    space_id: AskedId | None = None
    client_id: AskedId | None = None
    status: BidStatus | None = None


class BidBuilding(View):
    """The building of a bid's space, as shown in a list."""

    id: UUID
    name: str


class BidSpace(View):
    """The space of a bid, as shown in a list."""

    id: UUID
    name: str
    floor_number: int
    building: BidBuilding


class Party(View):
    """One side of a deal, or the broker who acts for it: a person and the name of their organization."""

    id: UUID | None
    """Null while the tenant of an imported lease has no account."""
    name: str
    organization: str


PartyWarning = Literal["PARTY_INCOMPLETE"]


class Bid(OfferTerms):
    """A client's offer for a space, with its current terms. `broker` acted for the client."""

    id: UUID
    space_id: UUID
    space: BidSpace
    client_id: UUID
    client: Party
    broker_id: UUID | None
    """The user ID of the broker who acted for the client; null if none did."""
    broker: Party | None
    owner_id: UUID
    client_organization_id: UUID
    owner_organization_id: UUID
    bid_amount: Decimal
    counter_offer_amount: Decimal | None
    currency: str
    valid_until: date | None
    status: BidStatus
    version: int
    """Counted from 1; each revision or counter-offer makes a new one."""
    notes: str | None
    """What was said with the current terms."""
    decision_reason: str | None
    """The `notes` of the approval, rejection or withdrawal; null before it is decided, or if there were none."""
    decided_at: datetime | None
    """When it was approved, rejected or withdrawn; null before."""
    contract_id: UUID | None
    """The contract that the bid has become; null before it is approved."""
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
        "contract_type",
        *DEFAULTS,
        "start_date",
        "term_months",
        "valid_until",
        "contract_id",
        "version",
    )


class ApprovedBid(Bid):
    """An approved bid. With the warning `PARTY_INCOMPLETE`, `missing` names what the documents need to name the
    parties, for example `client.address`."""

    warnings: list[PartyWarning]
    missing: list[str]


class BidEconomics(View):
    """The value of a version's terms. Rents are net of tax. `…_psf` and the net effective rents (`ner_…`) are per
    square foot and year (null if the area is unknown). `payback_years` is null if there is no rent left to pay back
    with."""

    face_rent_psf: Decimal | None
    total_contract_rent: Decimal
    schedule_total: Decimal
    free_rent_value: Decimal
    leasing_costs: Decimal
    ner_simple: Decimal | None
    ner_dcf: Decimal | None
    payback_years: Decimal | None


class BidVersion(OfferTerms):
    """One side's terms at one point in time, never changed afterwards. `economics` is as calculated then. It is null
    for a SALE, and for versions older than this field."""

    version: int
    """Counted from 1."""
    side: Side
    """Who proposed these terms."""
    author_id: UUID
    """The user who proposed these terms."""
    amount: Decimal
    """`bid_amount` from the client, `counter_offer_amount` from the owner."""
    valid_until: date | None
    notes: str | None
    """What was said with these terms."""
    economics: BidEconomics | None
    """As calculated then; null for a SALE, and in versions older than this field."""
    created_at: datetime


class BidDetail(Bid):
    """A bid with all versions of its terms."""

    versions: list[BidVersion]


class BidList(View):
    """A page of bids."""

    data: list[Bid]
    meta: PageMeta


@dataclass(frozen=True, slots=True)
class Proposal:
    """A bid's next version: the terms that `side` proposes, the resulting status, and the value of the terms."""

    side: Side
    status: BidStatus
    bid_amount: Decimal
    counter_offer_amount: Decimal | None
    contract_type: ContractType
    start_date: date
    term_months: int | None
    terms: dict[str, Any]
    valid_until: date | None
    notes: str | None
    economics: dict[str, Decimal | None] | None


@dataclass(frozen=True, slots=True)
class SpaceNow:
    """What a decision on a bid needs to know about its space; `today` is the current day at the building.

    `availability_status` is None where the space is no longer listed and the caller may not see it.
    """

    availability_status: str | None
    today: date
    gross_sqft: Decimal | None
