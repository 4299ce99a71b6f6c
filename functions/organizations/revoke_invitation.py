"""Revoke an invitation.

The invitation's token stops working.
"""

from uuid import UUID

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations import queries, rules
from shared.organizations.models import Invitation
from shared.organizations.roles import Right, may


@endpoint(
    "DELETE /organizations/me/invitations/{invitation_id}",
    access=may(Right.KEEP_ORGANIZATION),
    returns=204,
    writes=True,
    raises=(rules.InvitationClosed,),
)
def revoke_invitation(caller: Caller, invitation_id: UUID) -> None:
    with transaction(caller) as tx:
        row = queries.lock_invitation(tx, caller, invitation_id)
        if row is None:
            raise NotFound()
        before = Invitation.of(row)
        if before.status != "PENDING":
            raise rules.InvitationClosed()
        queries.revoke_invitation(tx, invitation_id)
        tx.emit("invitation.revoked", Invitation.of(row | {"status": "REVOKED"}), before=before)
