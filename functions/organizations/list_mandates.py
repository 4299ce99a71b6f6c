"""List the organization's mandates.

Clients see the mandates that they granted, brokers those that they received, each with its status.
"""

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import Paged, PageMeta
from shared.kit.request import Caller
from shared.organizations import queries
from shared.organizations.models import Mandate, MandateList
from shared.organizations.roles import Right, may


@endpoint("GET /mandates", access=may(Right.READ_MANDATES))
def list_mandates(caller: Caller, query: Paged) -> MandateList:
    with reading(caller) as tx:
        rows = queries.select_mandates(tx, caller, query)
    shown, meta = query.page(rows, "id")
    return MandateList.of({"data": [Mandate.of(row) for row in shown], "meta": PageMeta.of(meta)})
