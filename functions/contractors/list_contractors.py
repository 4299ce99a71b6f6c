"""Find contractors for maintenance.

Contractors who have a profile, by the name of their organization: what they do and where, how tenants rate them, and
until when they are insured.
"""

from shared.contractors import queries
from shared.contractors.models import Contractor, ContractorFilter, ContractorList
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /contractors", access=may(Right.READ_CONTRACTORS))
def list_contractors(caller: Caller, query: ContractorFilter) -> ContractorList:
    with reading(caller) as tx:
        rows = queries.select_contractors(tx, query)
    shown, meta = query.page(rows, "organization", "id")
    return ContractorList.of({"data": [Contractor.of(row) for row in shown], "meta": PageMeta.of(meta)})
