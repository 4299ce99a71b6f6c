"""A client opens a socket: with its token in the address, or without, and then it has ten seconds to say who it is."""

from shared.kit import tokens
from shared.kit.db import transaction
from shared.kit.errors import Detail, Invalid
from shared.kit.socket import Message, socket
from shared.realtime import queries
from shared.realtime.messages import send_doubt

_GRACE = 10
"""Seconds that an unauthenticated socket stays open."""


@socket("$connect", uses=("signing_key.read", "sockets_to_close.send"), layers=("tokens",))
def connect(message: Message) -> None:
    unknown = message.query.keys() - {"token"}
    if unknown:
        raise Invalid(*(Detail(name, "is not a parameter here") for name in sorted(unknown)))
    token = message.query.get("token")
    claims = tokens.verify(token) if token is not None else None
    caller = tokens.caller_of(claims) if claims else None
    with transaction() as tx:
        queries.insert_connection(tx, message.connection_id, caller, claims["exp"] if claims else None)
        if caller is None:
            # Before the commit: a socket that opens is certain to be looked at.
            send_doubt(message.connection_id, message.request.correlation_id, is_gone=False, delay=_GRACE)
