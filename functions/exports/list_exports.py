"""List the organization's exports.

The newest come first: the caller's own, and those of colleagues that their role may ask for as well.
"""

from shared.exports import queries, rules
from shared.exports.models import ExportFilter, ExportList
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /exports", access=may(Right.EXPORT))
def list_exports(caller: Caller, query: ExportFilter) -> ExportList:
    with reading(caller) as tx:
        rows = queries.select_exports(tx, caller, query)
    shown, meta = query.page(rows, "created_at", "id")
    return ExportList.of({"data": [rules.shown(row) for row in shown], "meta": PageMeta.of(meta)})
