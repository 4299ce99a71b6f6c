"""Sign in with a password.

Signs in with e-mail address and password. An unknown address and a wrong password get the same response. Five
failed attempts lock the address for 15 minutes, whether or not it has an account. A user with two-factor
authentication does not get a session yet, but a token to send with their code.
"""

from shared.auth import passwords, queries, rules, sessions
from shared.auth.models import Credentials, SecondFactorAsked, SignedIn
from shared.kit import metrics
from shared.kit.catalog import ANYONE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Unauthenticated
from shared.kit.reply import Reply
from shared.kit.request import Request

# An unknown address and a wrong password take the same work: one bcrypt and the same statements.
# While Valkey is down, an IP's logins are counted in PostgreSQL. verify_second_factor takes the token and the code.


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
def login(credentials: Credentials, request: Request) -> Reply[SignedIn | SecondFactorAsked]:
    refusal: Unauthenticated = rules.InvalidCredentials()
    with transaction() as tx:
        if not request.is_counted:
            queries.count_request(tx, "auth", f"ip:{request.ip}")
        # The address stays locked during the bcrypt, so that of many simultaneous guesses only five are tried.
        attempts, row = queries.lock_attempts(tx, credentials.email)
        if attempts["locked_seconds"] and attempts["locked_seconds"] > 0:
            refusal = rules.AccountLocked(retry_after=attempts["locked_seconds"])
        elif passwords.is_password(credentials.password, row["password_hash"] if row else None) and row:
            queries.delete_attempts(tx, credentials.email)
            return sessions.entered(tx, row)
        else:
            queries.update_failed_attempts(tx, credentials.email, attempts["failed_attempts"] + 1)
    metrics.count("FailedLogins")
    # Raised after the block, so that the request and the failure are counted first.
    raise refusal
