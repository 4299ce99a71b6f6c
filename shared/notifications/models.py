"""What a notification looks like, asked and answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from shared.kit.fields import AskedFlag, AskedId, View
from shared.kit.paging import Paged, PageMeta

Kind = Literal["bid_update", "lease_milestone", "payment_event"]


class NotificationFilter(Paged):
    """The newest first; or those after an id in the order they came, which is how to catch up."""

    after: AskedId | None = None
    unread: AskedFlag | None = None


class Notification(View):
    """What one person was told about something that happened."""

    id: UUID
    type: Kind
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
    """How many notifications of a person became read; `id` is the person."""

    id: UUID
    marked: int

    accounted: ClassVar[tuple[str, ...]] = ("marked",)


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
    type: Kind
    title: str
    message: str
    metadata: dict[str, Any]
