"""Create an account.

Creates a new organization with its first user, who is signed in at once and receives a verification e-mail. Only
the roles open to self-registration can be chosen; the others are by invitation.
"""

from shared.auth import opaque, passwords, queries, rules, sessions
from shared.auth.models import Registration, Session, SignedIn, User
from shared.kit.catalog import ANYONE, Role
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.ids import new_id
from shared.kit.keys import derived_key
from shared.kit.reply import Reply
from shared.kit.request import Caller

# functions/notifications/compose_mail.py writes the verification e-mail, on the event.


@endpoint(
    "POST /auth/register",
    access=ANYONE,
    returns=201,
    rate="auth",
    writes=True,
    raises=(rules.EmailTaken,),
    uses=("signing_key.sign", "signing_key.read", "derive_key.mac"),
    database="auth",
    layers=("tokens",),
)
def register(registration: Registration) -> Reply[SignedIn]:
    rules.check_password(registration.password)
    password_hash = passwords.hash_password(registration.password)
    caller = Caller(new_id(), new_id(), Role(registration.role), session_id=new_id())
    refresh_token = opaque.first_token(caller.session_id)
    verification_id = new_id()
    verification = rules.mailed_token(derived_key(rules.VERIFICATION_KEY), verification_id)
    with transaction(caller) as tx:
        name = registration.organization_name or registration.company or registration.name
        queries.insert_organization(tx, caller.organization_id, name)
        row = queries.insert_user(tx, caller.user_id, caller.organization_id, registration, password_hash)
        queries.insert_session(
            tx, caller.session_id, caller.user_id, opaque.hash_of(refresh_token), sessions.refresh_days()
        )
        queries.insert_verification(
            tx, verification_id, caller.user_id, opaque.hash_of(verification), rules.VERIFICATION_HOURS
        )
        user = User.of(row)
        tx.emit("user.registered", user, verification_id=verification_id)
        tx.emit("session.started", Session(id=caller.session_id, user_id=caller.user_id))
        # Signed before the commit: where the key does not answer, nobody has registered.
        return sessions.signed_in(user, caller.session_id, refresh_token)
