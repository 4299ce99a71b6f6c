"""What a notification looks like, asked and answered."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal
from uuid import UUID

from shared.bids.models import BidStatus
from shared.contracts.models import ContractStatus
from shared.kit.fields import AskedFlag, AskedId, FrameData, View
from shared.kit.paging import Paged, PageMeta

NotificationType = Literal["bid_update", "lease_milestone", "payment_event", "saved_search"]


class NotificationFilter(Paged):
    """The newest first; or those after an id in the order they came, which is how to catch up."""

    after: AskedId | None = None
    unread: AskedFlag | None = None


class Notification(View):
    """A message to one user about something that happened."""

    id: UUID
    type: NotificationType
    title: str
    message: str
    metadata: dict[str, Any]
    is_read: bool
    read_at: datetime | None
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("type", "is_read")


class NotificationList(View):
    """A page of notifications."""

    data: list[Notification]
    meta: PageMeta


class AllRead(View):
    """How many of the user's notifications were marked as read. `id` is the user."""

    id: UUID
    marked: int

    accounted: ClassVar[tuple[str, ...]] = ("marked",)


class BidStatusChanged(FrameData):
    """A bid was placed, countered, approved, rejected, revised or withdrawn. `contract_id` is set on approval."""

    event: ClassVar[str] = "bid:status_changed"
    bid_id: UUID
    space_id: UUID
    status: BidStatus
    contract_id: UUID | None


class LeaseGenerated(FrameData):
    """The lease of an approved bid is ready to review."""

    event: ClassVar[str] = "lease:generated"
    contract_id: UUID
    contract_url: str
    status: ContractStatus


class PaymentDue(FrameData):
    """A payment is due in a few days. `amount` is what is still outstanding."""

    event: ClassVar[str] = "payment:due"
    payment_id: UUID
    amount: Decimal
    due_date: date
    days_until_due: int


class NotificationNew(FrameData):
    """The user has a new notification."""

    event: ClassVar[str] = "notification:new"
    notification_id: UUID
    type: NotificationType
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on one side of a deal."""

    id: UUID
    side: Literal["OWNER", "CLIENT"]
    role: str


@dataclass(frozen=True, slots=True)
class Deal:
    """What a deal is about, for sentences."""

    space: str
    currency: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person is to be told."""

    user_id: UUID
    type: NotificationType
    title: str
    message: str
    metadata: dict[str, Any]
