"""Open a WebSocket connection.

The client puts a ticket or an access token in the URL, or has ten seconds to authenticate after connecting.
"""

from shared.auth import opaque
from shared.kit import tokens
from shared.kit.db import Tx, transaction
from shared.kit.errors import Detail, Invalid, InvalidToken
from shared.kit.request import Caller
from shared.kit.sessions import caller_from
from shared.kit.socket import Message, socket
from shared.realtime import queries
from shared.realtime.messages import send_doubt

_GRACE = 10
"""Seconds that an unauthenticated socket stays open."""


@socket("$connect", uses=("signing_key.read", "sockets_to_close.send"), layers=("tokens",))
def connect(message: Message) -> None:
    unknown = message.query.keys() - {"token", "ticket"}
    if unknown:
        raise Invalid(*(Detail(name, "is not a known parameter", "UNKNOWN") for name in sorted(unknown)))
    token, ticket = message.query.get("token"), message.query.get("ticket")
    if token is not None and ticket is not None:
        raise Invalid(Detail("ticket", "must not come with a token"))
    claims = tokens.verify(token) if token is not None else None
    caller = tokens.caller_of(claims) if claims else None
    with transaction() as tx:
        if ticket is not None:
            caller = _caller_with(tx, ticket)
        queries.insert_connection(tx, message.connection_id, caller, claims["exp"] if claims else None)
        if caller is None:
            # Before the commit, so that every socket that opens is checked.
            send_doubt(message.connection_id, message.request.correlation_id, is_gone=False, delay=_GRACE)


def _caller_with(tx: Tx, ticket: str) -> Caller:
    """The user to whom the ticket was issued; the ticket is then spent. Raises InvalidToken."""
    row = queries.update_ticket_spent(tx, opaque.hash_of(ticket))
    if row is None:
        raise InvalidToken(message="This ticket is unknown, already used or expired.")
    return caller_from(row, row["session_id"])
