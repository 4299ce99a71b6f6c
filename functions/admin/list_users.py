"""Search for users.

SUPPORT and SUPER_ADMIN find users by name, e-mail address, organization, role or status.
"""

from shared.admin import queries
from shared.admin.models import AdminUser, AdminUserList, UserFilter
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /admin/users", access=may(Right.READ_ACCOUNTS))
def list_users(caller: Caller, query: UserFilter) -> AdminUserList:
    with reading(caller) as tx:
        rows = queries.select_users(tx, query)
    shown, meta = query.page(rows, "id")
    return AdminUserList.of({"data": [AdminUser.of(row) for row in shown], "meta": PageMeta.of(meta)})
