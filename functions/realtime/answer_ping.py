"""A client keeps its socket from falling silent: API Gateway closes what says nothing for ten minutes."""

from shared.kit.socket import Message, socket
from shared.realtime.models import Ping, Pong


@socket("ping", database=None)
def answer_ping(message: Message, ping: Ping) -> Pong:
    return Pong()
