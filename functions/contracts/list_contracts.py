"""List the caller's contracts.

Both sides see their contracts, newest first.
"""

from shared.contracts import queries
from shared.contracts.models import ContractFilter, ContractList, ContractSummary
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /contracts", access=may(Right.READ_LEASES))
def list_contracts(caller: Caller, query: ContractFilter) -> ContractList:
    with reading(caller) as tx:
        rows = queries.select_contracts(tx, caller, query)
    shown, meta = query.page(rows, "created_at", "id")
    return ContractList.of({"data": [ContractSummary.of(row) for row in shown], "meta": PageMeta.of(meta)})
