"""What staff see of users and of the audit log, and what they may ask for."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from shared.kit.catalog import Role
from shared.kit.fields import LEFT_OUT, AskedDay, AskedId, Body, Label, Text, View, refuse
from shared.kit.paging import Paged, PageMeta

UserStatus = Literal["ACTIVE", "SUSPENDED"]
Words = Annotated[Text, Field(min_length=1, max_length=200)]
Name = Annotated[Text, Field(min_length=1, max_length=100)]
NoteText = Annotated[Text, Field(min_length=1, max_length=5000)]
AnnouncementText = Annotated[Text, Field(min_length=1, max_length=2000)]


class UserFilter(Paged):
    """Which users to list; `q` is part of a name, an e-mail address or an organization's name."""

    role: Role | None = None
    status: UserStatus | None = None
    organization_id: AskedId | None = None
    q: Words | None = None
    """Part of a name, an e-mail address or an organization's name."""


class AdminUser(View):
    """A user as support and administrators see them."""

    accounted: ClassVar[tuple[str, ...]] = ("role", "status")

    id: UUID
    email: str
    name: str
    role: Role
    status: UserStatus
    email_verified: bool
    two_factor_enabled: bool
    organization_id: UUID
    organization_name: str
    last_login_at: datetime | None
    created_at: datetime
    updated_at: datetime


class AdminUserList(View):
    """A page of users, newest first."""

    data: list[AdminUser]
    meta: PageMeta


class RoleChange(Body):
    """The user's new role in their organization."""

    role: Role


class Suspension(Body):
    """The reason. It is kept as a support note."""

    reason: NoteText = LEFT_OUT
    """Kept as a support note."""


class NewNote(Body):
    text: NoteText


class SupportNote(View):
    """A note about a user, for support and administrators."""

    accounted: ClassVar[tuple[str, ...]] = ("user_id", "author_id")

    id: UUID
    user_id: UUID
    author_id: UUID
    text: str
    created_at: datetime


class SupportNoteList(View):
    """A page of notes about one user, newest first."""

    data: list[SupportNote]
    meta: PageMeta


class AuditFilter(Paged):
    """Which entries of the audit log to list; `from` and `to` are days in UTC, both included."""

    user_id: AskedId | None = None
    """Who did it."""
    action: Name | None = None
    """The event, such as `bid.approved`; `place_bid.refused` for a refusal, `get_bid.read` for a read."""
    resource_type: Name | None = None
    """What it happened to, such as `bid`."""
    resource_id: AskedId | None = None
    """The ID of what it happened to."""
    begins: Annotated[AskedDay | None, Field(alias="from")] = None
    """The first day, in UTC."""
    ends: Annotated[AskedDay | None, Field(alias="to")] = None
    """The last day, in UTC."""

    @field_validator("ends")
    @classmethod
    def _not_before_it_begins(cls, ends: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("begins")
        if ends and begins and ends < begins:
            raise refuse("must not be before from")
        return ends


class AuditEntry(View):
    """One change, refused change, or read by support or an administrator: who did it, on whose behalf, from where, and
    what.

    `action` is the event (`bid.approved`), `<operation>.refused` with the refusal's code in `after`, or
    `<operation>.read`. `before` and `after` hold only the fields that may be logged, never personal data.
    """

    id: UUID
    created_at: datetime
    user_id: UUID | None
    """Null if the platform itself acted."""
    organization_id: UUID | None
    on_behalf_of: UUID | None
    action: str
    operation: str
    resource_type: str
    resource_id: UUID | None
    ip_address: str | None
    user_agent: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    response_status: int | None
    correlation_id: str | None


class AuditLog(View):
    """A page of the audit log, newest entries first."""

    data: list[AuditEntry]
    meta: PageMeta


class NewAnnouncement(Body):
    """What to tell everybody, in your own words: it is not translated."""

    title: Label
    body: AnnouncementText
    """Plain text, shown as it is."""


class Announcement(View):
    """What every user of the platform is told."""

    id: UUID
    title: str
    body: str
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("title", "body")
