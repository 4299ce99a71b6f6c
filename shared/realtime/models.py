"""What is said on a socket that concerns the socket itself."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.kit.fields import Body, FrameData, Text, View


class Login(Body):
    """The access token of whoever holds the socket; again before it expires, with a fresh one."""

    token: Annotated[Text, Field(max_length=4096)]


class Ping(Body):
    """Nothing but a sign of life."""


class Ticket(View):
    """Opens one socket, as `?ticket=` of its address."""

    accounted: ClassVar[tuple[str, ...]] = ("expires_at",)

    id: UUID
    ticket: str
    expires_at: datetime


class Authenticated(FrameData):
    """The socket hears what concerns this person until then."""

    event: ClassVar[str] = "auth:ok"
    user_id: UUID
    expires_at: datetime


class Pong(FrameData):
    """The socket lives."""

    event: ClassVar[str] = "pong"
