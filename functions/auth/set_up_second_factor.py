"""Set up two-factor authentication.

Returns a secret for the user's authenticator app. Nothing changes for sign-ins until the user enables two-factor
authentication with a code from that app. Calling this again before then starts over with a new secret.
"""

from shared.auth import factors, rules, second_factor
from shared.auth.models import SecondFactor, User
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller
from shared.kit.sealed import seal

# enable_second_factor is the step that takes the code.


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
            # Deleted since the authorizer looked.
            raise SessionEnded()
        if row["two_factor_enabled"]:
            raise rules.SecondFactorOn()
        secret = second_factor.new_secret()
        factors.update_factor_set_up(tx, caller.user_id, seal(secret))
        tx.emit("user.second_factor_set_up", User.of(row))
    address = second_factor.address_of(secret, row["email"])
    return SecondFactor(otpauth_uri=address, secret=secret, qr_png=second_factor.picture_of(address))
