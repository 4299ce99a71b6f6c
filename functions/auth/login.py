"""Somebody signs in with e-mail address and password.

An unknown address and a wrong password get the same answer after the same work: one bcrypt and the same
statements. Five failures lock the address for 15 minutes, whether or not anybody has it. While Valkey is
down an IP's logins are counted in PostgreSQL.
"""

from shared.auth import opaque, passwords, queries, rules, sessions
from shared.auth.models import Credentials, Session, SignedIn, User
from shared.kit import metrics
from shared.kit.catalog import ANYONE, Role
from shared.kit.db import transaction
from shared.kit.endpoint import Reply, endpoint
from shared.kit.errors import Unauthenticated
from shared.kit.ids import new_id
from shared.kit.request import Caller, Request


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
def login(asked: Credentials, request: Request) -> Reply[SignedIn]:
    refusal: Unauthenticated = rules.InvalidCredentials()
    with transaction() as tx:
        if not request.is_counted:
            queries.count_request(tx, "auth", f"ip:{request.ip}")
        # The address stays locked through the bcrypt, so that of many guesses at once five are tried.
        attempts, row = queries.lock_attempts(tx, asked.email)
        if attempts["locked_seconds"] and attempts["locked_seconds"] > 0:
            refusal = rules.AccountLocked(retry_after=attempts["locked_seconds"])
        elif passwords.is_password(asked.password, row["password_hash"] if row else None) and row:
            user = User.of(row)
            caller = Caller(user.id, user.organization_id, Role(user.role), session_id=new_id())
            refresh_token = opaque.first_token(caller.session_id)
            tx.become(caller)
            queries.delete_attempts(tx, asked.email)
            queries.update_last_login(tx, user.id)
            queries.insert_session(
                tx, caller.session_id, user.id, opaque.hash_of(refresh_token), sessions.refresh_days()
            )
            tx.emit("session.started", Session(id=caller.session_id, user_id=user.id))
            return sessions.signed_in(user, caller.session_id, refresh_token)
        else:
            queries.update_failed_attempts(tx, asked.email, attempts["failed_attempts"] + 1)
    metrics.count("FailedLogins")
    # Raised after the block: the request and the failure are counted, then told.
    raise refusal
