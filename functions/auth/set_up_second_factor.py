"""A person begins to protect its account with a second factor: a secret for an authenticator app.

Nothing changes for its sign-ins until functions/auth/enable_second_factor.py has seen a code of that app. Whoever
sets up again before that begins anew.
"""

from shared.auth import factors, rules, second_factor
from shared.auth.models import SecondFactor, User
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller
from shared.kit.sealed import seal


@endpoint(
    "POST /auth/2fa/setup",
    access=EVERY_ROLE,
    writes=True,
    confidential=True,
    raises=(rules.SecondFactorOn,),
    uses=("token_key.encrypt",),
    database="auth",
    layers=("codes",),
)
def set_up_second_factor(caller: Caller) -> SecondFactor:
    with transaction(caller) as tx:
        row = factors.lock_factor(tx, caller)
        if row is None:
            # Gone since the authorizer looked.
            raise SessionEnded()
        if row["two_factor_enabled"]:
            raise rules.SecondFactorOn()
        secret = second_factor.new_secret()
        factors.update_factor_set_up(tx, caller.user_id, seal(secret))
        tx.emit("user.second_factor_set_up", User.of(row))
    address = second_factor.address_of(secret, row["email"])
    return SecondFactor(otpauth_uri=address, secret=secret, qr_png=second_factor.picture_of(address))
