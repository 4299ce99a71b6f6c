"""List maintenance plans.

The plans of the caller's organization, the newest first.
"""

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.maintenance import plans
from shared.maintenance.planned import Plan, PlanFilter, PlanList
from shared.organizations.roles import Right, may


@endpoint("GET /maintenance-plans", access=may(Right.MANAGE_MAINTENANCE))
def list_maintenance_plans(caller: Caller, query: PlanFilter) -> PlanList:
    with reading(caller) as tx:
        rows = plans.select_plans(tx, caller, query)
    shown, meta = query.page(rows, "id")
    return PlanList.of({"data": [Plan.of(row) for row in shown], "meta": PageMeta.of(meta)})
