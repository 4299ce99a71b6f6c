"""The only way from an id to an import."""

from uuid import UUID

from shared.imports import queries
from shared.kit.db import Reading, Row
from shared.kit.errors import NotFound
from shared.kit.request import Caller


def visible_import(tx: Reading, caller: Caller, import_id: UUID) -> Row:
    """The import, with the form of its file. Raises NotFound."""
    row = queries.select_import(tx, caller, import_id)
    if row is None:
        raise NotFound()
    return row
