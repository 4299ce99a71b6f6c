"""Accept an invitation.

Creates an account in the inviting organization with the token from the invitation e-mail. The token also proves the
e-mail address, so it does not need to be verified. The new user is signed in at once.
"""

from shared.auth import opaque, passwords, queries, rules, sessions
from shared.auth.models import Session, SignedIn, User
from shared.kit.catalog import ANYONE, Role
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.ids import new_id
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.organizations import queries as organization_queries
from shared.organizations.models import Acceptance, Invitation


@endpoint(
    "POST /auth/invitations/accept",
    access=ANYONE,
    returns=201,
    rate="auth",
    writes=True,
    raises=(rules.InvalidMailedToken, rules.EmailTaken),
    uses=("signing_key.sign", "signing_key.read", "derive_key.mac"),
    database="auth",
    layers=("tokens",),
)
def accept_invitation(acceptance: Acceptance) -> Reply[SignedIn]:
    rules.check_password(acceptance.password)
    with transaction() as tx:
        invitation = organization_queries.update_accepted(tx, opaque.hash_of(acceptance.token))
        if invitation is None:
            raise rules.InvalidMailedToken()
        caller = Caller(new_id(), invitation.pop("organization_id"), Role(invitation["role"]), session_id=new_id())
        refresh_token = opaque.first_token(caller.session_id)
        tx.become(caller)
        password_hash = passwords.hash_password(acceptance.password)
        user = User.of(organization_queries.insert_member(tx, caller, invitation, acceptance, password_hash))
        queries.insert_session(
            tx, caller.session_id, caller.user_id, opaque.hash_of(refresh_token), sessions.refresh_days()
        )
        tx.emit("invitation.accepted", Invitation.of(invitation), user_id=caller.user_id)
        tx.emit("user.joined", user)
        tx.emit("session.started", Session(id=caller.session_id, user_id=caller.user_id))
        # Signed before the commit: where the key does not answer, nobody has joined.
        return sessions.signed_in(user, caller.session_id, refresh_token)
