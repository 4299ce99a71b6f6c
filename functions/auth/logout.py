"""Sign out of a session.

Ends the session on this device, together with its tokens, cookie and WebSocket connections. The session's access
tokens stop working within 60 seconds.
"""

from shared.auth import cookie, queries, rules
from shared.auth.models import Session
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.reply import Reply
from shared.kit.request import Caller

# They are refused at once, or at the latest when API Gateway forgets the authorizer's answer.


@endpoint("POST /auth/logout", access=EVERY_ROLE, writes=True, database="auth")
def logout(caller: Caller) -> Reply[Session]:
    with transaction(caller) as tx:
        row = queries.update_session_revoked(tx, caller.session_id, rules.LOGGED_OUT)
        if row is None:
            # Admitted by an earlier answer of the authorizer, which API Gateway still had in its cache.
            raise SessionEnded()
        session = Session.of(row)
        tx.emit("session.revoked", session)
    return Reply(session, cookies=(cookie.FORGOTTEN,))
