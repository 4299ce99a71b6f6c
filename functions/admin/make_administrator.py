"""Make a user an administrator.

An operator's command: the user with this e-mail address becomes a SUPER_ADMIN. This is how the first one is made;
after that, `change_role` makes others. It cannot be reached from outside.
"""

from typing import Any

from shared.admin import queries
from shared.admin.models import AdminUser
from shared.kit.db import transaction
from shared.kit.task import operator


@operator(database="auth", uses=("relay.send",))
def make_administrator(event: dict[str, Any]) -> dict[str, str]:
    email = event.get("email")
    if not isinstance(email, str) or not email:
        raise ValueError('Name the user: {"email": "…"}')
    with transaction() as tx:
        row = queries.update_administrator(tx, email)
        if row is None:
            raise ValueError("No active user has this e-mail address. They must register first.")
        user = AdminUser.of(row)
        tx.emit("user.role_changed", user, user_id=user.id)
    return {"id": str(user.id), "role": user.role}
