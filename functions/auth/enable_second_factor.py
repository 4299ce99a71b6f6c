"""Enable two-factor authentication.

The user proves with a code that their authenticator app has the secret. From then on, signing in requires a code
from the app or one of ten recovery codes.
"""

import time

from shared.auth import factors, rules, second_factor
from shared.auth.models import EnableSecondFactor, RecoveryCodes, User
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller
from shared.kit.sealed import unseal


@endpoint(
    "POST /auth/2fa/enable",
    access=EVERY_ROLE,
    writes=True,
    confidential=True,
    raises=(rules.SecondFactorOn, rules.SecondFactorNotSetUp, rules.WrongCode),
    uses=("token_key.decrypt",),
    database="auth",
    layers=("codes",),
)
def enable_second_factor(caller: Caller, proof: EnableSecondFactor) -> RecoveryCodes:
    with transaction(caller) as tx:
        row = factors.lock_factor(tx, caller)
        if row is None:
            # Deleted since the authorizer looked.
            raise SessionEnded()
        if row["two_factor_enabled"]:
            raise rules.SecondFactorOn()
        if row["two_factor_secret"] is None:
            raise rules.SecondFactorNotSetUp()
        step = second_factor.step_of(unseal(row["two_factor_secret"]), proof.code, time.time(), None)
        if step is None:
            raise rules.WrongCode()
        codes = second_factor.new_recovery_codes()
        hashes = [second_factor.recovery_hash(code) for code in codes]
        factors.update_factor_enabled(tx, caller.user_id, step, hashes)
        tx.emit("user.second_factor_enabled", User.of(row))
    return RecoveryCodes(recovery_codes=codes)
