"""Change a user's role.

A SUPER_ADMIN gives a user another role. This is also how SUPPORT users and further administrators are made. The new
role applies from the user's next request or message, within 60 seconds.
"""

from uuid import UUID

from shared.admin import queries, rules
from shared.admin.access import lock_account
from shared.admin.models import AdminUser, RoleChange
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may

# Tokens carry no rights.


@endpoint(
    "PUT /admin/users/{user_id}/role",
    access=may(Right.KEEP_ACCOUNTS),
    writes=True,
    raises=(rules.ActingOnOneself, rules.NobodyLeft),
    database="auth",
)
def change_role(caller: Caller, user_id: UUID, change: RoleChange) -> AdminUser:
    with transaction(caller) as tx:
        row, around = lock_account(tx, caller, user_id)
        before = AdminUser.of(row)
        if before.role == change.role:
            return before
        rules.check_role_change(before.role, change.role, around["peers"], around["has_something"])
        user = AdminUser.of(queries.update_role(tx, caller, user_id, change.role))
        tx.emit("user.role_changed", user, before=before, user_id=user_id)
    return user
