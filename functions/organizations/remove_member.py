"""Remove a member.

The member's account ends, with every session, token and WebSocket connection, within 60 seconds. What they signed,
wrote and did stays under their name. What they were responsible for (buildings, open bids, mandates) passes to the
user who removes them. Their e-mail address can be invited or registered again.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound, SessionEnded
from shared.kit.request import Caller
from shared.organizations import queries, rules
from shared.organizations.models import Member
from shared.organizations.roles import Right, may

# docs/decisions/0016 says why.


@endpoint(
    "DELETE /organizations/me/members/{user_id}",
    access=may(Right.KEEP_ORGANIZATION),
    returns=204,
    writes=True,
    raises=(rules.RemovingOneself, rules.LastAdministrator),
)
def remove_member(caller: Caller, user_id: UUID) -> None:
    with transaction(caller) as tx:
        row, rest = queries.lock_members(tx, caller, user_id)
        if not rest["has_caller"]:
            # Admitted by an earlier answer of the authorizer. Of two members who remove each other, one stays.
            raise SessionEnded()
        if row is None:
            raise NotFound()
        rules.check_removable(row["role"], user_id == caller.user_id, rest["others"])
        ended = queries.delete_member(tx, user_id, rules.REMOVED)
        tx.emit("member.removed", Member.of(row), user_id=user_id, sessions_ended=ended)
