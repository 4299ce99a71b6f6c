"""Set a new password.

Sets a new password with the token from the reset e-mail. All sessions end, and the user signs in again. Because the
token proves that the user owns the e-mail address, a lockout ends too.
"""

from shared.auth import opaque, passwords, queries, rules
from shared.auth.models import NewPassword, PasswordChange, Told
from shared.kit.catalog import ANYONE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint


# Up to six bcrypts: a whole processor. How many at once may burn one is reserved in stacks/auth.py.
@endpoint(
    "POST /auth/password-reset/confirm",
    access=ANYONE,
    writes=True,
    raises=(rules.InvalidMailedToken, rules.PasswordReused),
    database="auth",
    layers=("tokens",),
    memory=1769,
)
def confirm_password_reset(reset: NewPassword) -> Told:
    rules.check_password(reset.new_password, "new_password")
    with transaction() as tx:
        email = queries.update_reset_spent(tx, opaque.hash_of(reset.token))
        if email is None:
            raise rules.InvalidMailedToken()
        # A login that is comparing the old password may finish; its session then ends with the others.
        _, row = queries.lock_attempts(tx, email)
        if row is None:
            raise rules.InvalidMailedToken()
        hashes = [row["password_hash"], *queries.select_earlier_hashes(tx, row["id"])]
        if any(passwords.is_password(reset.new_password, earlier) for earlier in hashes):
            # Undone by the block's exception: the token is good for another try.
            raise rules.PasswordReused()
        queries.update_password(tx, row["id"], passwords.hash_password(reset.new_password))
        queries.delete_attempts(tx, email)
        ended = queries.update_sessions_revoked(tx, row["id"], rules.PASSWORD_CHANGED)
        tx.emit("user.password_changed", PasswordChange(id=row["id"], sessions_ended=ended), user_id=row["id"])
    return Told(message="Password reset successful")
