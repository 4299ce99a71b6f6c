"""Somebody leaves the organization: the account ends, and with it every session, token and socket, within 60 seconds.

What the person signed, wrote and did stays under its name. What it stood for (buildings, open bids, mandates) goes to
whoever removes it; the address is free for an invitation or a registration (docs/decisions/0016).
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound, SessionEnded
from shared.kit.request import Caller
from shared.organizations import queries, rules
from shared.organizations.models import Member
from shared.organizations.roles import Right, may


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
            # Let in by an answer that the authorizer gave before; of two who remove each other one stays.
            raise SessionEnded()
        if row is None:
            raise NotFound()
        rules.check_removable(row["role"], user_id == caller.user_id, rest["others"])
        ended = queries.delete_member(tx, user_id, rules.REMOVED)
        tx.emit("member.removed", Member.of(row), user_id=user_id, sessions_ended=ended)
