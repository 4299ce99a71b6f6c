"""Plan maintenance that recurs.

Each day of the rule, in the building's time zone, opens one ticket, `lead_days` before. Days before today open none.
"""

from shared.contractors.access import ask_contractors
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.maintenance import planning, plans
from shared.maintenance.access import visible_place
from shared.maintenance.planned import NewPlan, Plan
from shared.organizations.roles import Right, may


@endpoint(
    "POST /maintenance-plans",
    access=may(Right.MANAGE_MAINTENANCE),
    returns=201,
    writes=True,
    layers=("recurrence",),
)
def create_maintenance_plan(caller: Caller, new: NewPlan) -> Plan:
    with transaction(caller) as tx:
        asked = ask_contractors(tx, [new.contractor_id] if new.contractor_id else [])
        place = visible_place(tx, caller, new)
        asked.answer()
        next_on = planning.next_on(new.rrule, new.starts_on, place["today"])
        plan = Plan.of(plans.insert_plan(tx, caller, place, new, next_on))
        tx.emit("maintenance_plan.created", plan)
    return plan
