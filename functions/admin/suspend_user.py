"""Suspend a user.

A SUPER_ADMIN suspends a user. Every session, token and WebSocket connection ends within 60 seconds, and sign-ins
are refused. Nothing the user did or is responsible for changes. Restoring the user reverses the suspension.
"""

from uuid import UUID

from shared.admin import queries, rules
from shared.admin.access import lock_account
from shared.admin.models import AdminUser, Suspension
from shared.auth import queries as auth_queries
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may

# restore_user takes it back.


@endpoint(
    "PUT /admin/users/{user_id}/suspend",
    access=may(Right.KEEP_ACCOUNTS),
    writes=True,
    raises=(rules.ActingOnOneself, rules.SuspendedAlready),
    database="auth",
)
def suspend_user(caller: Caller, user_id: UUID, suspension: Suspension) -> AdminUser:
    with transaction(caller) as tx:
        row, _ = lock_account(tx, caller, user_id)
        before = AdminUser.of(row)
        rules.check_status(before.status, "ACTIVE", rules.SuspendedAlready)
        auth_queries.end_sessions(tx, user_id, rules.SUSPENDED)
        if suspension.reason:
            queries.keep_reason(tx, caller, user_id, suspension.reason)
        user = AdminUser.of(queries.update_status(tx, caller, user_id, "SUSPENDED"))
        tx.emit("user.suspended", user, before=before, user_id=user_id)
    return user
