"""What a client says on a socket that concerns the socket itself."""

from typing import Annotated

from pydantic import Field

from shared.kit.fields import Body, Text


class Login(Body):
    """The access token of whoever holds the socket."""

    token: Annotated[Text, Field(max_length=4096)]


class Ping(Body):
    """Nothing but a sign of life."""
