"""Issue a WebSocket ticket.

Returns a ticket for the URL of a WebSocket connection, so that no access token ends up in logs. A ticket is valid
for one minute, works once, and can be used for nothing else.
"""

import secrets

from shared.auth import opaque
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.realtime import queries
from shared.realtime.models import Ticket


@endpoint("POST /ws-tickets", access=EVERY_ROLE, returns=201, writes=True, confidential=True, database="auth")
def issue_ticket(caller: Caller) -> Ticket:
    ticket_id, text = new_id(), secrets.token_urlsafe(32)
    with transaction(caller) as tx:
        expires_at = queries.insert_ticket(tx, ticket_id, caller, opaque.hash_of(text))
        if expires_at is None:
            # Admitted by an earlier answer of the authorizer, which API Gateway still had in its cache.
            raise SessionEnded()
        ticket = Ticket(id=ticket_id, ticket=text, expires_at=expires_at)
        tx.emit("ticket.issued", ticket)
    return ticket
