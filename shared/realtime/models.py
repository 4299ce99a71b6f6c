"""Messages about the socket itself."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.kit.fields import Body, FrameData, Text, View


class Login(Body):
    """The user's access token. Send a new one before it expires."""

    token: Annotated[Text, Field(max_length=4096)]
    """An access token."""


class Ping(Body):
    """Keeps the connection alive."""


class Channels(Body):
    """Names of channels, such as `space.0190…`, or `global`."""

    channels: Annotated[list[Annotated[Text, Field(max_length=64)]], Field(min_length=1, max_length=100)]


class Ticket(View):
    """Opens one WebSocket connection, as `?ticket=` in its URL."""

    accounted: ClassVar[tuple[str, ...]] = ("expires_at",)

    id: UUID
    ticket: str
    """Valid once, for one minute."""
    expires_at: datetime


class Authenticated(FrameData):
    """Until then, the connection receives everything that concerns this user."""

    frame_name: ClassVar[str] = "auth:ok"
    user_id: UUID
    expires_at: datetime
    """When the connection closes, unless a new token is sent."""


class Pong(FrameData):
    """The connection is alive."""

    frame_name: ClassVar[str] = "pong"


class Subscribed(FrameData):
    """From now on the connection also receives what happens on these channels."""

    frame_name: ClassVar[str] = "subscribed"
    channels: list[str]


class Unsubscribed(FrameData):
    """From now on the connection no longer receives what happens on these channels."""

    frame_name: ClassVar[str] = "unsubscribed"
    channels: list[str]


class Announced(FrameData):
    """The platform's operators tell everybody something. Sent to every connection, on the channel `global`."""

    frame_name: ClassVar[str] = "announcement"
    channel_kind: ClassVar[str | None] = "global"
    id: UUID
    title: str
    body: str
    timestamp: datetime
