"""Webhooks, what was delivered to them, and the events themselves."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.kit.fields import LEFT_OUT, AskedCount, Body, Query, Says, Shown, Text, View, refuse
from shared.kit.paging import Paged, PageMeta

WebhookStatus = Literal["ACTIVE", "DISABLED"]
DeliveryStatus = Literal["PENDING", "SUCCEEDED", "FAILED", "PARKED"]

ALL = "*"
"""Every event of the list."""


def _with_a_port(url: str) -> str:
    host = url.split("/", 3)[2]
    _, colon, port = host.partition(":")
    if colon and not 1 <= int(port) <= 65535:
        raise refuse("must have a port from 1 to 65535")
    return url


Target = Annotated[
    Text,
    # As a SecureAddress; whether the host is public is asked when it is registered and each time it is called.
    Field(
        max_length=2000,
        pattern=r"^(https://[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|http://127\.0\.0\.1)(:[0-9]{1,5})?"
        r"([/?][!-~]*)?$",
    ),
    Says("must be a web address that starts with https://"),
    AfterValidator(_with_a_port),
]
EventName = Annotated[
    str,
    Field(max_length=100, pattern=r"^(\*|[a-z_]+\.[a-z_]+)$"),
    Says("must be the name of an event, or *"),
]


def _each_once(names: list[str]) -> list[str]:
    if len(set(names)) != len(names):
        raise refuse("must not name anything twice")
    if ALL in names and len(names) > 1:
        raise refuse("must name nothing beside *")
    return names


Events = Annotated[list[EventName], Field(min_length=1, max_length=100), AfterValidator(_each_once)]
Description = Annotated[Text, Field(max_length=500)]


class NewWebhook(Body):
    """Where to send events, and which."""

    url: Target
    """Over TLS, with a host whose addresses are all public."""
    events: Events
    """Names of events, or only `*` for all."""
    description: Description | None = None
    """What it is for, in your own words."""


class WebhookChange(Body):
    """What to change about a webhook."""

    url: Target = LEFT_OUT
    """Over TLS, with a host whose addresses are all public."""
    events: Events = LEFT_OUT
    """Names of events, or only `*` for all."""
    description: Description | None = None
    """What it is for, in your own words."""
    status: WebhookStatus = LEFT_OUT
    """`ACTIVE` enables a disabled webhook again, `DISABLED` stops it."""


class Webhook(View):
    """Where an organization hears of events."""

    id: UUID
    url: str
    events: list[str]
    description: str | None
    status: WebhookStatus
    disabled_reason: str | None
    """Null while it is active."""
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("url", "events", "description", "status", "disabled_reason")


class SecretWebhook(Webhook):
    """A webhook with its secret, which is shown this once."""

    secret: str
    """It signs what is sent to you."""


class WebhookList(View):
    """The organization's webhooks."""

    data: list[Webhook]


class Attempt(View):
    """One attempt to deliver an event."""

    at: datetime
    status_code: int | None
    """Null where nothing was answered."""
    duration_ms: int
    response: str | None
    """What was answered, at most 1 KB of it."""
    error: str | None
    """Why nothing, or no success, was answered."""


class Delivery(View):
    """An event on its way to a webhook, or what became of it. PARKED is not tried again by itself."""

    id: UUID
    event_id: UUID
    event: str
    status: DeliveryStatus
    attempts: list[Attempt]
    """The last twenty of them."""
    next_attempt_at: datetime | None
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("event_id", "event", "status")


class DeliveryList(View):
    """Deliveries to a webhook, the newest first."""

    data: list[Delivery]
    meta: PageMeta


class DeliveryFilter(Paged):
    """Which deliveries to list."""

    status: DeliveryStatus | None = None
    """Only those with this status."""


class ChangeFilter(Query):
    """Which events to list."""

    after: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")] | None = None
    """The ID of the last event that you have: `meta.cursor` of the page before. Without it, from the oldest on."""
    types: Annotated[Text, Field(max_length=2000)] | None = None
    """Names of events, separated by commas."""
    limit: Annotated[AskedCount, Field(ge=1, le=100)] = 20
    """How many entries a page has at most."""


class Change(View):
    """An event, byte for byte as webhooks receive it, but for the signature."""

    id: UUID
    event: str
    timestamp: datetime
    data: Annotated[dict[str, Any], Shown({"description": "The object as its GET answers it, and its `version`."})]


class ChangeMeta(View):
    """Where to go on."""

    cursor: str
    """Send it as `after` for what comes next, now or later; it is never null."""
    has_more: bool
    """Whether there is a next page already."""


class ChangeList(View):
    """Events, the oldest first."""

    data: list[Change]
    meta: ChangeMeta
