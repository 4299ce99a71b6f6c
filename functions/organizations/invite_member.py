"""Invite a member.

Sends an e-mail invitation to join the organization in the chosen role. The token is only in the e-mail, is valid
for a week and works once. A newer invitation to the same address replaces the older one. Only the holder of the
token learns whether the address already has an account.
"""

from shared.auth import opaque
from shared.auth import queries as auth_queries
from shared.auth.rules import mailed_token
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.ids import new_id
from shared.kit.keys import derived_key
from shared.kit.request import Caller
from shared.organizations import queries, rules
from shared.organizations.models import Invitation, NewInvitation
from shared.organizations.roles import Right, may


@endpoint(
    "POST /organizations/me/invitations",
    access=may(Right.KEEP_ORGANIZATION),
    returns=201,
    rate="invitation",
    writes=True,
    verified=True,
    uses=("derive_key.mac",),
    # Addresses are checked by the same package as at registration.
    layers=("tokens",),
    database="auth",
)
def invite_member(caller: Caller, new: NewInvitation) -> Invitation:
    rules.check_invited(caller.role, new.role)
    invitation_id = new_id()
    token = mailed_token(derived_key(rules.INVITATION_KEY), invitation_id)
    with transaction(caller) as tx:
        # The mailbox may be a stranger's: nobody may flood it, however many people send invitations.
        auth_queries.count_request(tx, "password_reset", f"invitation:{new.email.lower()}")
        row = queries.insert_invitation(tx, caller, invitation_id, new, opaque.hash_of(token))
        invitation = Invitation.of(row)
        tx.emit("invitation.created", invitation)
    return invitation
