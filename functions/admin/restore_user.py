"""Restore a suspended user.

A SUPER_ADMIN lets a suspended user sign in again. Sessions that have ended stay ended.
"""

from uuid import UUID

from shared.admin import queries, rules
from shared.admin.access import lock_account
from shared.admin.models import AdminUser
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /admin/users/{user_id}/restore",
    access=may(Right.KEEP_ACCOUNTS),
    writes=True,
    raises=(rules.ActingOnOneself, rules.NotSuspended),
    database="auth",
)
def restore_user(caller: Caller, user_id: UUID) -> AdminUser:
    with transaction(caller) as tx:
        row, _ = lock_account(tx, caller, user_id)
        before = AdminUser.of(row)
        rules.check_status(before.status, "SUSPENDED", rules.NotSuspended)
        user = AdminUser.of(queries.update_status(tx, caller, user_id, "ACTIVE"))
        tx.emit("user.restored", user, before=before, user_id=user_id)
    return user
