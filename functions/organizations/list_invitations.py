"""List the organization's invitations.

Lists who was invited to join the organization, and the status of each invitation.
"""

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import Paged, PageMeta
from shared.kit.request import Caller
from shared.organizations import queries
from shared.organizations.models import Invitation, InvitationList
from shared.organizations.roles import Right, may


@endpoint("GET /organizations/me/invitations", access=may(Right.KEEP_ORGANIZATION))
def list_invitations(caller: Caller, query: Paged) -> InvitationList:
    with reading(caller) as tx:
        rows = queries.select_invitations(tx, caller, query)
    shown, meta = query.page(rows, "id")
    return InvitationList.of({"data": [Invitation.of(row) for row in shown], "meta": PageMeta.of(meta)})
