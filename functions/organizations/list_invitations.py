"""Who was asked to join, and what became of it."""

from shared.kit.catalog import Role
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import Paged, PageMeta
from shared.kit.request import Caller
from shared.organizations import queries
from shared.organizations.models import Invitation, InvitationList


@endpoint("GET /organizations/me/invitations", access={Role.OWNER, Role.CLIENT, Role.BROKER})
def list_invitations(caller: Caller, asked: Paged) -> InvitationList:
    with reading(caller) as tx:
        rows = queries.select_invitations(tx, caller, asked)
    shown, meta = asked.page(rows, "id")
    return InvitationList.of({"data": [Invitation.of(row) for row in shown], "meta": PageMeta.of(meta)})
