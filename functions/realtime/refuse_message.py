"""A frame that names no event of ours, or is none, is refused in words and the socket stays open."""

from shared.kit.errors import Detail, Invalid
from shared.kit.socket import Message, socket


@socket("$default", database=None)
def refuse_message(message: Message) -> None:
    raise Invalid(Detail("event", "is not an event that can be sent here"))
