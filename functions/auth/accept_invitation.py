"""Accept an invitation.

Creates an account in the inviting organization with the token from the invitation e-mail. The token also proves the
e-mail address, so it does not need to be verified. The new user is signed in at once.

An invitation to the tenant of a lease that was imported creates the tenant's account, to which the lease then belongs.
A client who has an account with the invited address, verified, accepts it signed in, with the token alone: the lease
then belongs to their organization.
"""

from shared.auth import opaque, passwords, queries, rules, sessions
from shared.auth.models import Session, SignedIn, User
from shared.kit.catalog import ANYONE, Role
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Forbidden
from shared.kit.ids import new_id
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.visitor import Visitor
from shared.organizations import queries as organization_queries
from shared.organizations.models import Acceptance, ClaimedLeases, Invitation, LeasesAccepted
from shared.organizations.rules import InvitedElsewhere, newcomer_of


@endpoint(
    "POST /auth/invitations/accept",
    access=ANYONE,
    returns=201,
    rate="auth",
    writes=True,
    also={200: "A client who was signed in has accepted leases."},
    raises=(rules.InvalidMailedToken, rules.EmailTaken, Forbidden, InvitedElsewhere),
    uses=("signing_key.sign", "signing_key.read", "derive_key.mac"),
    database="auth",
)
def accept_invitation(caller: Visitor, acceptance: Acceptance) -> Reply[SignedIn | LeasesAccepted]:
    if caller is not None:
        return Reply(_claimed(caller, acceptance), status=200)
    name, password = newcomer_of(acceptance)
    rules.check_password(password)
    with transaction() as tx:
        invitation = organization_queries.update_accepted(tx, opaque.hash_of(acceptance.token))
        if invitation is None:
            raise rules.InvalidMailedToken()
        member = Caller(new_id(), invitation.pop("organization_id"), Role(invitation["role"]), session_id=new_id())
        is_tenant = invitation.pop("inviting_organization_id") is not None
        refresh_token = opaque.first_token(member.session_id)
        tx.become(member)
        password_hash = passwords.hash_password(password)
        user = User.of(organization_queries.insert_member(tx, member, invitation, name, password_hash))
        queries.insert_session(
            tx, member.session_id, member.user_id, opaque.hash_of(refresh_token), sessions.refresh_days()
        )
        tx.emit("invitation.accepted", Invitation.of(invitation), user_id=member.user_id)
        tx.emit("user.joined", user)
        tx.emit("session.started", Session(id=member.session_id, user_id=member.user_id))
        if is_tenant:
            tx.emit("tenant.claimed", organization_queries.claim_leases(tx, member, member.organization_id))
        # Signed before the commit: where the key does not answer, nobody has joined.
        return sessions.signed_in(user, member.session_id, refresh_token)


def _claimed(caller: Caller, acceptance: Acceptance) -> LeasesAccepted:
    """Gives the leases of the tenant who was invited to the organization of a client who is signed in."""
    if caller.role is not Role.CLIENT:
        raise Forbidden()
    with transaction(caller) as tx:
        invitation = organization_queries.update_accepted(tx, opaque.hash_of(acceptance.token))
        if invitation is None:
            raise rules.InvalidMailedToken()
        tenant_id = invitation.pop("organization_id")
        if invitation.pop("inviting_organization_id") is None:
            # Into somebody's organization, whose members have no account yet.
            raise rules.EmailTaken()
        if not organization_queries.has_address(tx, caller, invitation["email"]):
            raise InvitedElsewhere()
        claimed: ClaimedLeases = organization_queries.claim_leases(tx, caller, tenant_id)
        tx.emit("invitation.accepted", Invitation.of(invitation), user_id=caller.user_id)
        tx.emit("tenant.claimed", claimed)
    return LeasesAccepted(contract_ids=claimed.contract_ids)
