"""How somebody wants to be told of things: each kind of news by its channels, quiet hours, a daily digest."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from shared.kit.db import Row
from shared.kit.fields import LEFT_OUT, Body, Flag, Like, Says, Text, View, refuse
from shared.kit.zones import TimeZone
from shared.users.rules import CHANNELS

Kind = Literal[
    "bid_update",
    "lease_milestone",
    "payment_event",
    "message",
    "maintenance",
    "project",
    "event",
    "saved_search",
    "import_update",
    "announcement",
    "security",
]
Channel = Literal["in_app", "email", "sms", "whatsapp", "push"]
Digest = Literal["IMMEDIATE", "DAILY"]

KINDS: tuple[Kind, ...] = get_args(Kind)
DEFAULTS: dict[Channel, bool] = {
    "in_app": True,
    "email": CHANNELS["email"],
    "sms": CHANNELS["sms"],
    "whatsapp": False,
    "push": CHANNELS["push"],
}
"""The channels of a kind for which somebody has chosen none, neither in the table nor in the profile."""

DIGEST_AT = time(8)
"""When the daily digest is sent, by the clock of the quiet hours."""

Clock = Annotated[
    Text,
    Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    Says("must be a time of day, such as 22:00"),
]


class QuietHours(Body):
    """When nothing is sent. They may go past midnight."""

    begins: Annotated[Clock, Field(alias="from")]
    """The time of day at which they begin."""
    ends: Annotated[Clock, Field(alias="to")]
    """The time of day at which they end."""
    timezone: TimeZone
    """The IANA time zone of `from`, `to` and the daily digest, such as `America/New_York`."""

    @field_validator("ends")
    @classmethod
    def _is_another(cls, ends: str, info: ValidationInfo) -> str:
        if ends == info.data.get("begins"):
            raise refuse("must not be the same as `from`")
        return ends


class ChosenChannels(Body):
    """The channels for one kind of news. A channel that is left out does not change; null takes the profile's."""

    in_app: Flag | None = None
    """The list of notifications, and its frame on open sockets."""
    email: Flag | None = None
    """E-mails."""
    sms: Flag | None = None
    """Text messages to the confirmed phone."""
    whatsapp: Flag | None = None
    """Messages by WhatsApp to the confirmed phone. On a day on which the platform has sent too many, it is a text
    message or, beyond those, an e-mail."""
    push: Flag | None = None
    """Notifications on the registered devices."""


class SecurityChannels(ChosenChannels):
    """As ChosenChannels. E-mails about the security of an account are always sent."""

    @field_validator("email")
    @classmethod
    def _stays_on(cls, email: bool | None) -> bool | None:
        if email is False:
            raise refuse("cannot be switched off: these e-mails protect the account")
        return email


class ChosenKinds(Body):
    """What to change, by kind of news."""

    bid_update: ChosenChannels = LEFT_OUT
    """What happens to bids."""
    lease_milestone: ChosenChannels = LEFT_OUT
    """What happens to leases, from the draft to the last day."""
    payment_event: ChosenChannels = LEFT_OUT
    """Invoices, payments, credit and reminders."""
    message: ChosenChannels = LEFT_OUT
    """Messages of other people."""
    maintenance: ChosenChannels = LEFT_OUT
    """Maintenance of buildings."""
    project: ChosenChannels = LEFT_OUT
    """Tenders. There are none yet."""
    event: ChosenChannels = LEFT_OUT
    """Events. There are none yet."""
    saved_search: ChosenChannels = LEFT_OUT
    """Spaces that a saved search finds."""
    import_update: ChosenChannels = LEFT_OUT
    """How an import ended."""
    announcement: ChosenChannels = LEFT_OUT
    """What the platform announces to everybody."""
    security: SecurityChannels = LEFT_OUT
    """The security of the account."""


class PreferencesChange(Body):
    """What to change. What is left out stays as it is."""

    kinds: ChosenKinds = LEFT_OUT
    """By which channels each kind of news comes."""
    quiet_hours: QuietHours | None = None
    """When e-mails, text messages, WhatsApp messages and push notifications wait. Null ends the quiet hours."""
    digest: Digest = LEFT_OUT
    """DAILY collects the day's e-mails in one, sent at 08:00."""


class KindChannels(View):
    """The channels for one kind of news."""

    in_app: bool
    """The list of notifications, and its frame on open sockets."""
    email: bool
    sms: bool
    whatsapp: bool
    push: bool


class KindTable(View):
    """The channels, by kind of news."""

    bid_update: KindChannels
    lease_milestone: KindChannels
    payment_event: KindChannels
    message: KindChannels
    maintenance: KindChannels
    project: KindChannels
    event: KindChannels
    saved_search: KindChannels
    import_update: KindChannels
    announcement: KindChannels
    security: KindChannels


class Preferences(View):
    """How a user, whose `id` it has, is notified."""

    id: UUID
    kinds: KindTable
    quiet_hours: Annotated[dict[str, Any], Like("shared.users.preferences.QuietHours")] | None
    """When e-mails, text messages, WhatsApp messages and push notifications wait; null for never. E-mails about the
    security of the account do not wait."""
    digest: Digest
    """DAILY collects the day's e-mails in one, sent at 08:00 in the time zone of the quiet hours, or in UTC."""

    accounted: ClassVar[tuple[str, ...]] = ("kinds", "digest")


def is_wanted(choices: Mapping[str, Any], kind: Kind, channel: Channel) -> bool:
    """Whether somebody wants to hear of that kind there; `choices` has their `preferences` and `kinds`."""
    if (kind, channel) == ("security", "email"):
        return True
    chosen = (choices["kinds"] or {}).get(kind, {})
    return bool({**DEFAULTS, **choices["preferences"], **chosen}[channel])


def shown(row: Row) -> Preferences:
    """What somebody chose, as they read it; `row` has `id`, `preferences`, `kinds`, `quiet_hours` and `digest`."""
    kinds = {kind: {channel: is_wanted(row, kind, channel) for channel in DEFAULTS} for kind in KINDS}
    return Preferences.of(
        {"id": row["id"], "kinds": kinds, "quiet_hours": row["quiet_hours"], "digest": row["digest"] or "IMMEDIATE"}
    )


def changed(row: Row, change: PreferencesChange) -> Row:
    """The row after the change."""
    given = change.model_dump(mode="json", by_alias=True, exclude_unset=True)
    kinds = dict(row["kinds"] or {})
    for kind, channels in given.pop("kinds", {}).items():
        merged = kinds.get(kind, {}) | channels
        kinds[kind] = {channel: is_on for channel, is_on in merged.items() if is_on is not None}
    return {**row, **given, "kinds": {kind: channels for kind, channels in kinds.items() if channels}}


def held_until(choices: Mapping[str, Any], kind: Kind | None, channel: Channel, now: datetime) -> datetime | None:
    """Until when something waits that somebody is to hear there; None if it goes out at once."""
    if kind == "security":
        return None
    if channel != "email" or choices["digest"] != "DAILY":
        return quiet_until(choices["quiet_hours"], now)
    summary = _next(now, DIGEST_AT, _zone_of(choices["quiet_hours"]))
    return quiet_until(choices["quiet_hours"], summary) or summary


def quiet_until(hours: Mapping[str, str] | None, now: datetime) -> datetime | None:
    """The end of the quiet hours; None outside them."""
    if hours is None:
        return None
    begins, ends, here = time.fromisoformat(hours["from"]), time.fromisoformat(hours["to"]), _zone_of(hours)
    clock = now.astimezone(here).time()
    is_quiet = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    return _next(now, ends, here) if is_quiet else None


def _zone_of(hours: Mapping[str, str] | None) -> ZoneInfo:
    return ZoneInfo(hours["timezone"] if hours else "UTC")


def _next(now: datetime, clock: time, here: ZoneInfo) -> datetime:
    """The next moment after `now` at which it is that time there."""
    today = now.astimezone(here).date()
    moments = (datetime.combine(today + timedelta(days=days), clock, here).astimezone(UTC) for days in (0, 1, 2))
    return next(moment for moment in moments if moment > now)
