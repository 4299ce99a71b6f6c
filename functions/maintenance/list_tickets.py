"""List maintenance tickets.

The owner's side sees its organization's, a tenant those that their organization reported, a contractor those that their
organization is assigned or was asked about.
"""

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.maintenance import queries
from shared.maintenance.answer import ticket_of_row
from shared.maintenance.models import TicketFilter, TicketList
from shared.organizations.roles import Right, may


@endpoint("GET /maintenance", access=may(Right.READ_MAINTENANCE))
def list_tickets(caller: Caller, query: TicketFilter) -> TicketList:
    with reading(caller) as tx:
        rows, column = queries.select_tickets(tx, caller, query)
    found, meta = query.page(rows, column, "id")
    return TicketList.of({"data": [ticket_of_row(row, caller) for row in found], "meta": PageMeta.of(meta)})
