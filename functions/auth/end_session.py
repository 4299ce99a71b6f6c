"""End a session.

The caller ends one of their own sessions, for example on a lost device or a borrowed browser. Its tokens stop
working and its WebSocket connections close within 60 seconds. Other sessions continue.
"""

from uuid import UUID

from shared.auth import queries, rules
from shared.auth.models import Session
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller


@endpoint("DELETE /auth/sessions/{session_id}", access=EVERY_ROLE, returns=204, writes=True)
def end_session(caller: Caller, session_id: UUID) -> None:
    with transaction(caller) as tx:
        reason = rules.LOGGED_OUT if session_id == caller.session_id else rules.ENDED_ELSEWHERE
        row = queries.update_own_revoked(tx, caller, session_id, reason)
        if row is None:
            raise NotFound()
        tx.emit("session.revoked", Session.of(row))
