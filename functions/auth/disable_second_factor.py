"""Disable two-factor authentication.

Requires both the password and a code, so that a stolen session is not enough. A user who has lost their
authenticator app can use a recovery code. The response does not reveal which of the two was wrong.
"""

import time

from shared.auth import factors, passwords, queries, rules, second_factor
from shared.auth.models import Challenge, DisableSecondFactor, User
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller
from shared.kit.sealed import unseal

# The same work is done, whichever of the two is wrong.


@endpoint(
    "POST /auth/2fa/disable",
    access=EVERY_ROLE,
    writes=True,
    raises=(rules.SecondFactorOff, rules.WrongPasswordOrCode),
    uses=("token_key.decrypt",),
    database="auth",
    layers=("codes", "tokens"),
)
def disable_second_factor(caller: Caller, proof: DisableSecondFactor) -> User:
    with transaction(caller) as tx:
        row = factors.lock_factor(tx, caller)
        if row is None:
            # Deleted since the authorizer looked.
            raise SessionEnded()
        if not row["two_factor_enabled"]:
            raise rules.SecondFactorOff()
        queries.count_request(tx, "second_factor", f"user:{caller.user_id}")
        is_password = passwords.is_password(proof.password, row["password_hash"])
        secret, last = unseal(row["two_factor_secret"]), row["two_factor_step"]
        is_code = second_factor.step_of(secret, proof.code, time.time(), last) is not None
        is_recovery = factors.is_recovery_code(tx, caller.user_id, second_factor.recovery_hash(proof.code))
        if is_password and (is_code or is_recovery):
            factors.delete_factor(tx, caller.user_id)
            user = User.of(row)
            tx.emit("user.second_factor_disabled", user)
            return user
        tx.emit("second_factor.failed", Challenge(id=caller.session_id, user_id=caller.user_id))
    # Raised after the block, so that the attempt is counted first.
    raise rules.WrongPasswordOrCode()
