"""Users' profiles: how to reach them, what they can do, and how they want to be notified."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from shared.kit.catalog import Role
from shared.kit.fields import Body, Day, Flag, Id, Label, Text, View, WebAddress, refuse

Language = Literal["en", "de", "fr", "es"]
Phone = Annotated[Text, Field(min_length=1, max_length=20)]
Link = Annotated[WebAddress, Field(max_length=500)]
Short = Annotated[Label, Field(max_length=100)]


class Certificate(Body):
    """A certification: what for, issued by whom, and valid until when."""

    name: Label
    issuer: Label | None = None
    issue_date: Day | None = None
    expiry_date: Day | None = None

    @field_validator("expiry_date")
    @classmethod
    def _ends_after_it_began(cls, ends: date | None, info: ValidationInfo) -> date | None:
        began = info.data.get("issue_date")
        if ends and began and ends <= began:
            raise refuse("must be after issue_date")
        return ends


class Channels(Body):
    """The channels for all kinds of notifications. A channel that is left out does not change. Null resets it to the
    default."""

    email: Flag | None = None
    sms: Flag | None = None
    push: Flag | None = None


class ProfileChanges(Body):
    """Fields that are given are changed. Null clears a field; a `language` that is cleared is English again."""

    # May be left out, but everybody has a name: null is refused. Its default is never read.
    name: Annotated[Label, Field(json_schema_extra=lambda schema: schema.pop("default"))] = ""
    phone: Phone | None = None
    company: Label | None = None
    title: Label | None = None
    bio: Annotated[Text, Field(max_length=2000)] | None = None
    website: Link | None = None
    linkedin: Link | None = None
    avatar_id: Annotated[Id | None, Field(exclude=True)] = None
    """An uploaded AVATAR."""
    skills: Annotated[list[Short], Field(max_length=50)] | None = None
    certifications: Annotated[list[Certificate], Field(max_length=50)] | None = None
    notification_preferences: Channels | None = None
    language: Language | None = None


class Certification(View):
    """As Certificate, with all of its fields."""

    name: str
    issuer: str | None
    issue_date: Day | None
    expiry_date: Day | None


class NotificationPreferences(View):
    """The channels through which a user is notified, where they have chosen no others for single kinds (`GET
    /users/me/notification-preferences`)."""

    email: bool
    sms: bool
    push: bool


class Profile(View):
    """The caller's own profile, in full. Notifications and e-mails are written in `language`."""

    accounted: ClassVar[tuple[str, ...]] = ("role", "email_verified", "notification_preferences", "language")

    id: UUID
    email: str
    name: str
    role: Role
    email_verified: bool
    two_factor_enabled: bool
    organization_id: UUID
    phone: str | None
    company: str | None
    title: str | None
    bio: str | None
    website: str | None
    linkedin: str | None
    avatar_url: str | None
    """The caller's picture."""
    skills: list[str]
    certifications: list[Certification]
    notification_preferences: NotificationPreferences
    language: Language
    last_login_at: datetime | None
    created_at: datetime
    updated_at: datetime


class FormerUser(View):
    """A deleted user: nothing but an id."""

    accounted: ClassVar[tuple[str, ...]] = ("organization_closed", "sessions_ended")

    id: UUID
    organization_closed: bool
    sessions_ended: int
