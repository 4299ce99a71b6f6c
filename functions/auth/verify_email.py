"""Verify an e-mail address.

The user proves that they own their e-mail address with the token from the verification e-mail.
"""

from shared.auth import opaque, queries, rules
from shared.auth.models import User, Verification
from shared.kit.catalog import ANYONE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint


@endpoint(
    "POST /auth/verify-email",
    access=ANYONE,
    writes=True,
    raises=(rules.InvalidMailedToken,),
    database="auth",
)
def verify_email(verification: Verification) -> User:
    with transaction() as tx:
        row = queries.update_email_verified(tx, opaque.hash_of(verification.token))
        if row is None:
            raise rules.InvalidMailedToken()
        user = User.of(row)
        tx.emit("user.email_verified", user, user_id=user.id)
    return user
