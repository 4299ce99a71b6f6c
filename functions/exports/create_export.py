"""Export the organization's data.

Makes a file of one kind of the organization's data in the background; retrieve the export for its status and a link.
All of it is of one moment. `from`, `to` and `building_id` limit it. A CSV of PAYMENTS has the columns `contract_id`,
`payment_id`, `amount`, `currency`, `due_date`, `paid_date` and `status`; those of other kinds are the fields of their
lists, nested ones by dots. JSON is one object whose only field is the kind in lower case; JSONL has an object on each
line. Files are deleted after 30 days.
"""

from shared.exports import queries, rules
from shared.exports.access import acting_caller, check_building
from shared.exports.models import Export, NewExport
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("POST /exports", access=may(Right.EXPORT), returns=202, rate="upload", writes=True)
def create_export(caller: Caller, asked: NewExport) -> Export:
    rules.check_limits(asked)
    with transaction(caller) as tx:
        acting = acting_caller(tx, caller, asked)
        rules.check_kind(acting.role, asked.kind, asked.format)
        check_building(tx, acting, asked.building_id)
        row = queries.insert_export(tx, caller, acting, asked)
        export = rules.shown(row)
        tx.emit("export.requested", export, **rules.told(row))
    return export
