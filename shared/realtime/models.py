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
