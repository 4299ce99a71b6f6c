"""Retrieve an import.

How far the import is, while it runs, and what came of it. The report says what was wrong with the rows that failed.
"""

from uuid import UUID

from shared.imports.access import visible_import
from shared.imports.models import Import
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /imports/{import_id}", access=may(Right.IMPORT), alias="/admin/imports/{import_id}")
def get_import(caller: Caller, import_id: UUID) -> Import:
    with reading(caller) as tx:
        row = visible_import(tx, caller, import_id)
    return Import.of({name: row[name] for name in Import.model_fields})
