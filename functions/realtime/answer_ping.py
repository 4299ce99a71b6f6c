"""A client keeps its socket from falling silent: API Gateway closes what says nothing for ten minutes."""

from shared.kit.endpoint import validate
from shared.kit.errors import Invalid
from shared.kit.socket import Answer, Message, socket
from shared.realtime.models import Ping


@socket("ping", database=None)
def answer_ping(message: Message) -> Answer:
    _, problems = validate(Ping, message.data)
    if problems:
        raise Invalid(*problems)
    return Answer("pong", {})
