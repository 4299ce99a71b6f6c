"""List the organization's imports.

Imports, newest first, with how far each is. The platform's staff name an organization to see its imports.
"""

from shared.imports import queries
from shared.imports.models import Import, ImportFilter, ImportList
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /imports", access=may(Right.IMPORT))
def list_imports(caller: Caller, query: ImportFilter) -> ImportList:
    with reading(caller) as tx:
        rows = queries.select_imports(tx, caller, query)
    shown, meta = query.page(rows, "id")
    return ImportList.of({"data": [Import.of(row) for row in shown], "meta": meta})
