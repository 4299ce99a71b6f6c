"""Change a maintenance plan.

Tickets that are open stay as they are. With another rule or another start, the next ticket is for the rule's first day
from today on that has no ticket yet.
"""

from uuid import UUID

from shared.contractors.access import ask_contractors
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound, Stale
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.versions import check_version
from shared.maintenance import planning, plans
from shared.maintenance.planned import Plan, PlanChanges
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /maintenance-plans/{maintenance_plan_id}",
    access=may(Right.MANAGE_MAINTENANCE),
    writes=True,
    raises=(Stale,),
    layers=("recurrence",),
)
def update_maintenance_plan(caller: Caller, maintenance_plan_id: UUID, changes: PlanChanges) -> Reply[Plan]:
    with transaction(caller) as tx:
        asked = ask_contractors(tx, [changes.contractor_id] if changes.contractor_id else [])
        before = plans.lock_plan(tx, caller, maintenance_plan_id)
        if before is None:
            raise NotFound()
        check_version(before["updated_at"])
        asked.answer()
        row = plans.update_plan(tx, caller, planning.changed(before, changes))
        plan = planning.plan_of(row)
        tx.emit("maintenance_plan.updated", plan, before=planning.plan_of(before))
    return Reply(plan, version=row["updated_at"])
