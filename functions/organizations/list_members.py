"""List the organization's members.

Lists the organization's members for those who manage it.
"""

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import Paged, PageMeta
from shared.kit.request import Caller
from shared.organizations import queries
from shared.organizations.models import Member, MemberList
from shared.organizations.roles import Right, may


@endpoint("GET /organizations/me/members", access=may(Right.KEEP_ORGANIZATION))
def list_members(caller: Caller, query: Paged) -> MemberList:
    with reading(caller) as tx:
        rows = queries.select_members(tx, caller, query)
    shown, meta = query.page(rows, "id")
    return MemberList.of({"data": [Member.of(row) for row in shown], "meta": PageMeta.of(meta)})
