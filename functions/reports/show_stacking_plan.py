"""Retrieve a building's stacking plan.

Shows a building as of a given day, floor by floor from the top: who leases which space, until when and at what
rent. The response is JSON, or a picture with `Accept: image/svg+xml`.
"""

from typing import Annotated
from uuid import UUID

from shared.kit.accept import preferred
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import File, Reply
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may
from shared.reports import queries
from shared.reports.models import DayFilter, StackingPlan
from shared.reports.plan import stacking_plan
from shared.reports.portfolio import holdings

SVG = "image/svg+xml"


@endpoint("GET /reports/stacking-plan/{building_id}", access=may(Right.READ_REPORTS))
def show_stacking_plan(
    caller: Caller, building_id: UUID, query: DayFilter, request: Request
) -> Reply[StackingPlan | Annotated[File, "image/svg+xml"]]:
    with reading(caller) as tx:
        scope = queries.scope_of(caller, building_id, query.as_of)
        building, floors, as_of, spaces, leases = queries.select_building(tx, scope)
    if building is None:
        raise NotFound()
    plan = stacking_plan(building, floors, list(holdings(spaces, leases, as_of)), as_of)
    if preferred(request, "application/json", SVG) == SVG:
        # Imported only when a picture is requested.
        from shared.reports.picture import draw

        return Reply(File(draw(plan).encode(), SVG, None), headers={"vary": "Accept"})
    return Reply(StackingPlan.of(plan), headers={"vary": "Accept"})
