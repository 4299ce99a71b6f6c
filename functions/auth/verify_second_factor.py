"""Complete a two-factor sign-in.

A user who has signed in with their password sends a code, and gets a session. After five failed attempts, they must
enter the password again; a user has at most thirty attempts an hour overall. Each code works only once.
"""

import time

from shared.auth import factors, opaque, queries, rules, second_factor, sessions
from shared.auth.models import Challenge, SignedIn, User, VerifySecondFactor
from shared.kit import metrics
from shared.kit.catalog import ANYONE
from shared.kit.db import Row, Tx, transaction
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply
from shared.kit.sealed import unseal

# A code works only once, even if it is sent twice at the same moment.


@endpoint(
    "POST /auth/2fa/verify",
    access=ANYONE,
    writes=True,
    raises=(rules.InvalidCode,),
    uses=("signing_key.sign", "signing_key.read", "derive_key.mac", "token_key.decrypt"),
    database="auth",
    layers=("codes", "tokens"),
)
def verify_second_factor(proof: VerifySecondFactor) -> Reply[SignedIn]:
    rules.check_one_factor(proof)
    with transaction() as tx:
        row = factors.lock_challenge(tx, opaque.hash_of(proof.mfa_token))
        if row is None:
            raise rules.InvalidCode()
        queries.count_request(tx, "second_factor", f"user:{row['id']}")
        if _is_spent(tx, row, proof):
            factors.update_challenge_spent(tx, row["challenge_id"])
            return sessions.begun(tx, User.of(row))
        factors.update_challenge_failed(tx, row["challenge_id"])
        tx.emit("second_factor.failed", Challenge(id=row["challenge_id"], user_id=row["id"]))
    metrics.count("FailedLogins")
    # Raised after the block, so that the attempt is counted first.
    raise rules.InvalidCode()


def _is_spent(tx: Tx, row: Row, proof: VerifySecondFactor) -> bool:
    """Whether the code was good; it is so no more."""
    if proof.recovery_code is not None:
        return factors.update_recovery_spent(tx, row["id"], second_factor.recovery_hash(proof.recovery_code))
    secret, last = unseal(row["two_factor_secret"]), row["two_factor_step"]
    step = second_factor.step_of(secret, str(proof.code), time.time(), last)
    if step is not None:
        factors.update_factor_step(tx, row["id"], step)
    return step is not None
