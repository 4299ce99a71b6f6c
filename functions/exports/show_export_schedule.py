"""Retrieve the export schedule.

The export that is made of the organization's data every day, and where it goes. Passwords and private keys are never
shown.
"""

from shared.exports import queries, rules
from shared.exports.models import ExportSchedule
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /organizations/me/export-schedule", access=may(Right.SCHEDULE_EXPORTS))
def show_export_schedule(caller: Caller) -> ExportSchedule:
    with reading(caller) as tx:
        row = queries.select_schedule(tx, caller.organization_id)
    return rules.schedule_of(caller.organization_id, row)
