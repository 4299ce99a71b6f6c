"""Request a password reset.

Sends a reset token to the e-mail address. Whoever reads that mailbox can set a new password. An unknown address
gets the same response.
"""

from shared.auth import opaque, queries, rules
from shared.auth.models import ForgottenPassword, PasswordReset, Told
from shared.kit.catalog import ANYONE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.ids import new_id
from shared.kit.keys import derived_key
from shared.kit.reply import Reply

# An unknown address takes the same statements; its event names nobody. functions/notifications/compose_mail.py writes
# the e-mail.


@endpoint(
    "POST /auth/password-reset",
    access=ANYONE,
    rate="password_reset",
    writes=True,
    uses=("derive_key.mac",),
    database="auth",
)
def request_password_reset(forgotten: ForgottenPassword) -> Reply[Told]:
    token_id = new_id()
    token = rules.mailed_token(derived_key(rules.RESET_KEY), token_id)
    with transaction() as tx:
        # Requests for one address queue up from here: of two tokens, only the newer one works.
        window = queries.count_request(tx, "password_reset", f"reset:{forgotten.email.lower()}")
        row = queries.select_login(tx, forgotten.email)
        user_id = row["id"] if row else None
        queries.insert_reset(tx, token_id, user_id, opaque.hash_of(token), rules.RESET_HOURS)
        tx.emit("password_reset.requested", PasswordReset(id=token_id, user_id=user_id))
    return Reply(Told(message="Password reset link sent to email"), headers=window.headers())
