"""Retrieve a maintenance plan.

A plan of the caller's organization, with the next day for which it opens a ticket.
"""

from uuid import UUID

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.maintenance import planning, plans
from shared.maintenance.planned import Plan
from shared.organizations.roles import Right, may


@endpoint("GET /maintenance-plans/{maintenance_plan_id}", access=may(Right.MANAGE_MAINTENANCE))
def get_maintenance_plan(caller: Caller, maintenance_plan_id: UUID) -> Reply[Plan]:
    with reading(caller) as tx:
        row = plans.select_plan(tx, caller, maintenance_plan_id)
    if row is None:
        raise NotFound()
    return Reply(planning.plan_of(row), version=row["updated_at"])
