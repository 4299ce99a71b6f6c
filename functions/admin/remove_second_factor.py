"""Remove a user's second factor.

A SUPER_ADMIN turns off two-factor authentication for a user who has lost their second factor, or whose attacker has
set one up. All of the user's sessions end, so the next sign-in requires the password. The user is informed by
e-mail.
"""

from uuid import UUID

from shared.admin import rules
from shared.admin.access import lock_account
from shared.admin.models import AdminUser
from shared.auth import factors
from shared.auth import queries as auth_queries
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /admin/users/{user_id}/remove-second-factor",
    access=may(Right.KEEP_ACCOUNTS),
    writes=True,
    raises=(rules.ActingOnOneself, rules.NoSecondFactor),
    database="auth",
)
def remove_second_factor(caller: Caller, user_id: UUID) -> AdminUser:
    with transaction(caller) as tx:
        row, _ = lock_account(tx, caller, user_id)
        if not row["two_factor_enabled"]:
            raise rules.NoSecondFactor()
        factors.delete_factor(tx, user_id)
        auth_queries.end_sessions(tx, user_id, rules.SECOND_FACTOR_REMOVED)
        user = AdminUser.of(row | {"two_factor_enabled": False})
        tx.emit("user.second_factor_removed", user, user_id=user_id)
    return user
