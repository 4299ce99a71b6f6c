"""Refuse an unknown message.

A frame that is malformed or names an unknown event gets an error frame; the connection stays open.
"""

from shared.kit.errors import Detail, Invalid
from shared.kit.socket import Message, socket


@socket("$default", database=None)
def refuse_message(message: Message) -> None:
    raise Invalid(Detail("event", "is not an event that clients can send"))
