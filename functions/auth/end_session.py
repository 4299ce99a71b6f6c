"""A person ends one of its sessions from wherever it is: a device that was lost, a browser that was borrowed.

Its tokens are dead and its sockets closed within 60 seconds; the other sessions go on.
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
