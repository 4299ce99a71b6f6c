"""Change the export schedule.

Every day at 02:00 UTC, while it is enabled, an export of yesterday and today is made; an e-mail says when it is there,
or why it is not. With the destination SFTP the file is also sent to a server, whose public host key has to be known
beforehand; its name must resolve to public addresses. Passwords and private keys are stored apart and never shown.
"""

from shared.exports import queries, rules
from shared.exports.destinations import (
    check_destination,
    forget_credentials,
    keep_credentials,
    stored_destination,
)
from shared.exports.models import ExportSchedule, ScheduleChange
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /organizations/me/export-schedule",
    access=may(Right.SCHEDULE_EXPORTS),
    writes=True,
    uses=("export_secrets.write",),
    # A name may take a while to be resolved.
    timeout=20,
)
def change_export_schedule(caller: Caller, change: ScheduleChange) -> ExportSchedule:
    check_destination(change)
    organization_id = caller.organization_id
    with transaction(caller) as tx:
        before = queries.lock_schedule(tx, organization_id)
        schedule = rules.changed_schedule(before, change)
        rules.check_kind(caller.role, schedule["kind"], schedule["format"])
        if "destination" in change.model_fields_set:
            destination, given = stored_destination(schedule["destination"], change.destination)
            schedule["destination"] = destination
            if given:
                keep_credentials(organization_id, destination, given)
            elif destination == rules.S3:
                forget_credentials(organization_id)
        after = rules.schedule_of(organization_id, queries.upsert_schedule(tx, organization_id, schedule))
        tx.emit("export_schedule.changed", after, before=rules.schedule_of(organization_id, before))
    return after
