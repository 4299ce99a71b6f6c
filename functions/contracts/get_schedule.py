"""Retrieve a contract's payment schedule.

Lists every installment from first to last: when it is due, how much it is, and how much has been paid.
"""

from uuid import UUID

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import ledger
from shared.payments.models import Schedule, ScheduleLine, ScheduleMeta


@endpoint(
    "GET /contracts/{contract_id}/schedule",
    access=may(Right.READ_MONEY),
)
def get_schedule(caller: Caller, contract_id: UUID) -> Schedule:
    with reading(caller) as tx:
        found = ledger.select_schedule(tx, caller, contract_id)
    if found is None:
        raise NotFound()
    meta, rows = found
    return Schedule.of({"data": [ScheduleLine.of(row) for row in rows], "meta": ScheduleMeta.of(meta)})
