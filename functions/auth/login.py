"""Somebody signs in with e-mail address and password.

An unknown address and a wrong password get the same answer after the same work: one bcrypt and the same
statements. Five failures lock the address for 15 minutes, whether or not anybody has it.
"""

import hashlib

from shared.auth import opaque, passwords, queries, rules, sessions
from shared.auth.models import Credentials, Session, SignedIn, User
from shared.kit.catalog import ANYONE, Role
from shared.kit.db import transaction
from shared.kit.endpoint import Reply, endpoint
from shared.kit.ids import new_id
from shared.kit.request import Caller


@endpoint(
    "POST /auth/login",
    access=ANYONE,
    rate="auth",
    writes=True,
    raises=(rules.InvalidCredentials, rules.AccountLocked),
    uses=("signing_key.sign", "signing_key.read", "derive_key.mac"),
    database="auth",
    layers=("tokens",),
)
def login(asked: Credentials) -> Reply[SignedIn]:
    email = asked.email.lower()
    email_hash = hashlib.sha256(email.encode()).hexdigest()
    with transaction() as tx:
        # The address stays locked through the bcrypt, so that of many guesses at once five are tried.
        attempts, row = queries.lock_attempts(tx, email, email_hash)
        if attempts["locked_seconds"] and attempts["locked_seconds"] > 0:
            raise rules.AccountLocked(retry_after=attempts["locked_seconds"])
        matches = passwords.is_password(asked.password, row["password_hash"] if row else None)
        if row and matches:
            user = User.of(row)
            caller = Caller(user.id, user.organization_id, Role(user.role), session_id=new_id())
            refresh_token = opaque.first_token(caller.session_id)
            tx.become(caller)
            queries.delete_attempts(tx, email_hash)
            queries.update_last_login(tx, user.id)
            queries.insert_session(
                tx, caller.session_id, user.id, opaque.hash_of(refresh_token), sessions.refresh_days()
            )
            tx.emit("session.started", Session(id=caller.session_id, user_id=user.id))
            return sessions.signed_in(user, caller.session_id, refresh_token)
        queries.update_failed_attempts(tx, email_hash, attempts["failed_attempts"] + 1)
    # Raised after the block: the failure is counted, then told.
    raise rules.InvalidCredentials()
