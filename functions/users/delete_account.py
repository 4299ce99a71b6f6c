"""Delete the caller's account.

The account ends, with every session, token and WebSocket connection, within 60 seconds. Another user who manages
the organization takes over what the caller was responsible for. If there is none, the account can be deleted only
when nothing is in progress, and whatever the organization still offers is withdrawn. The caller's name and e-mail
address remain only on what was signed and paid.
"""

from shared.auth import queries as auth_queries
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller
from shared.users import queries, rules
from shared.users.models import FormerUser

# docs/decisions/0017 says why.


@endpoint(
    "DELETE /users/me",
    access=EVERY_ROLE,
    returns=204,
    writes=True,
    raises=(rules.ObligationsStand,),
    database="auth",
)
def delete_account(caller: Caller) -> None:
    with transaction(caller) as tx:
        row, around = queries.lock_account(tx, caller)
        if row is None:
            # Admitted by an earlier answer of the authorizer, which API Gateway still had in its cache.
            raise SessionEnded()
        if around["heir"] is None:
            # Closed first: a bid that is being placed is then either seen here or refused.
            rules.check_obligations(queries.close_organization(tx), around["members"])
        ended = auth_queries.update_sessions_revoked(tx, caller.user_id, rules.ACCOUNT_DELETED)
        queries.delete_account(tx, caller, around["heir"])
        auth_queries.delete_attempts(tx, row["email"])
        user = FormerUser(id=caller.user_id, organization_closed=around["heir"] is None, sessions_ended=ended)
        tx.emit("user.deleted", user, user_id=caller.user_id)
        queries.forget_traces(tx)
