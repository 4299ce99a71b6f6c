"""Retrieve an export.

Its status and, once it is complete, a link to its file that works for a minute: retrieve it again for another one.
"""

from datetime import UTC, datetime
from uuid import UUID

from shared.exports import rules
from shared.exports.access import visible_export
from shared.exports.models import Export
from shared.kit.catalog import Role
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /exports/{export_id}", access=may(Right.EXPORT), uses=("exports.read",))
def get_export(caller: Caller, export_id: UUID) -> Export:
    with reading(caller) as tx:
        row = visible_export(tx, caller, export_id)
    # Whoever supports people sees how their export is going, and not what is in it.
    return rules.shown(row) if caller.role is Role.SUPPORT else rules.linked_export(row, datetime.now(UTC))
