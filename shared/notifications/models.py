"""The shapes of notifications, in requests and responses."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from shared.kit.db import Row
from shared.kit.fields import AskedFlag, AskedId, FrameData, View
from shared.kit.paging import Paged, PageMeta
from shared.users.models import Language
from shared.users.preferences import Kind, is_wanted

NotificationType = Literal[
    "bid_update", "lease_milestone", "payment_event", "maintenance", "saved_search", "import_update", "announcement"
]
Side = Literal["OWNER", "CLIENT", "CONTRACTOR"]
ActorType = Literal["USER", "ORGANIZATION"]


class NotificationFilter(Paged):
    """The newest first; or those after an id in the order they came, which is how to catch up."""

    after: AskedId | None = None
    """The ID of the last notification that you have. Those after it are listed in the order in which they came."""
    unread: AskedFlag | None = None
    """`true` lists only unread notifications, `false` only read ones."""


class NotificationSubject(View):
    """What a notification is about, for example a `bid`, `contract` or `payment`."""

    type: str
    id: UUID


class NotificationActor(View):
    """Who caused the event: a person of the reader's own side, or else the other side's organization."""

    type: ActorType
    id: UUID
    name: str


class Notification(View):
    """A message to one user about something that happened. `title` and `message` are for people, in the user's language
    at that time. `event`, `subject`, `actor` and `params` are for programs.

    `params` holds what the message says: amounts are objects `{amount, currency}`, and dates are ISO 8601. `actor` is
    null if the platform itself acted. `event` and `subject` can be null in notifications from before these fields
    existed.
    """

    id: UUID
    type: NotificationType
    title: str
    """For people, in the user's language."""
    message: str
    event: str | None
    """What happened, for example `bid.approved`. The introduction to notifications lists all
    events with their `params`."""
    subject: NotificationSubject | None
    actor: NotificationActor | None
    params: dict[str, Any]
    metadata: dict[str, Any]
    is_read: bool
    read_at: datetime | None
    """Null while it is unread."""
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("type", "is_read")


class NotificationMeta(PageMeta):
    """Where the next page starts, and how many of the user's notifications are unread in all."""

    unread: int
    """All of the user's unread notifications, not only those of this list."""


class NotificationList(View):
    """A page of notifications."""

    data: list[Notification]
    meta: NotificationMeta


class UnreadCount(View):
    """How many of the user's notifications are unread."""

    unread: int


class AllRead(View):
    """How many of the user's notifications were marked as read. `id` is the user."""

    id: UUID
    marked: int

    accounted: ClassVar[tuple[str, ...]] = ("marked",)


class NotificationNew(FrameData):
    """The user has a new notification. `notification_id` is the `id` of the list of notifications; all other fields are
    as there."""

    frame_name: ClassVar[str] = "notification:new"
    notification_id: UUID
    type: NotificationType
    title: str
    """For people, in the user's language."""
    message: str
    event: str
    """What happened, for example `bid.approved`. The introduction to notifications lists all
    events with their `params`."""
    subject: NotificationSubject
    actor: NotificationActor | None
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on one side of a deal."""

    id: UUID
    side: Side
    role: str
    language: Language
    preferences: dict[str, bool] = field(default_factory=dict)
    kinds: dict[str, dict[str, bool]] | None = None

    def reads(self, kind: Kind | None) -> bool:
        """Whether they want news of that kind in their list of notifications."""
        return kind is not None and is_wanted({"preferences": self.preferences, "kinds": self.kinds}, kind, "in_app")


@dataclass(frozen=True, slots=True)
class Reminder:
    """What S0's payment reminder says, written for its reader."""

    client_name: str
    amount: str
    """With its currency."""
    space_name: str
    due_date: str


@dataclass(frozen=True, slots=True)
class Tiding:
    """What one person hears of an event on their phone; `person` has their choices and the moment `now`."""

    person: Row
    kind: Kind
    title: str
    text: str
    """A sentence, without a full stop."""
    path: str
    """Of the page that shows more."""
    reminder: Reminder | None = None


@dataclass(frozen=True, slots=True)
class Deal:
    """What a deal is about, its sides' organizations by their names, and who moved it: None where the platform did."""

    space: str
    currency: str
    owner: str
    client: str
    actor_name: str | None
    actor_side: Side | None
    declined_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person is told."""

    user_id: UUID
    type: NotificationType
    title: str
    message: str
    metadata: dict[str, Any]
    event: str
    subject: NotificationSubject
    actor: NotificationActor | None
    params: dict[str, Any]
