"""Resend the verification e-mail.

Sends the verification e-mail again, with a new token.
"""

from shared.auth import opaque, queries, rules
from shared.auth.models import User
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.ids import new_id
from shared.kit.keys import derived_key
from shared.kit.reply import Reply
from shared.kit.request import Caller


@endpoint(
    "POST /auth/verify-email/resend",
    access=EVERY_ROLE,
    # The address is not verified yet: it may be a stranger's, whose mailbox nobody may flood.
    rate="password_reset",
    writes=True,
    raises=(rules.EmailAlreadyVerified,),
    uses=("derive_key.mac",),
    database="auth",
)
def resend_verification(caller: Caller) -> Reply[User]:
    token_id = new_id()
    token = rules.mailed_token(derived_key(rules.VERIFICATION_KEY), token_id)
    with transaction(caller) as tx:
        row = queries.select_user(tx, caller)
        if row is None:
            raise SessionEnded()
        user = User.of(row)
        if user.email_verified:
            raise rules.EmailAlreadyVerified()
        window = queries.count_request(tx, "password_reset", f"verification:{user.email.lower()}")
        queries.insert_verification(tx, token_id, user.id, opaque.hash_of(token), rules.VERIFICATION_HOURS)
        tx.emit("user.verification_requested", user, verification_id=token_id)
    return Reply(user, headers=window.headers())
