"""Keep a connection alive.

API Gateway closes a connection that has been silent for ten minutes.
"""

from shared.kit.socket import Message, socket
from shared.realtime.models import Ping, Pong


@socket("ping", database=None)
def answer_ping(message: Message, ping: Ping) -> Pong:
    return Pong()
