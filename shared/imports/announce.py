"""What is told of an import: each batch ends the cached answers that show what it has changed."""

from typing import Any

from shared.imports.models import Import
from shared.kit.db import Row, Tx


def requested(tx: Tx, row: Row) -> None:
    """Somebody has asked for the import."""
    tx.emit("import.requested", _view(row), **_whose(row))


def progressed(tx: Tx, row: Row, *, is_told: bool) -> None:
    """A batch is done; `is_told` if sockets are to hear of it."""
    tx.emit("import.progressed", _view(row), **_whose(row), is_told=is_told)


def continued(tx: Tx, row: Row) -> None:
    """What is left is for another message."""
    tx.emit("import.continued", _view(row), **_whose(row))


def ended(tx: Tx, row: Row) -> None:
    """The last batch is done, or the import has failed."""
    tx.emit("import.ended", _view(row), **_whose(row))


def _view(row: Row) -> Import:
    return Import.of({field: row[field] for field in Import.model_fields})


def _whose(row: Row) -> dict[str, Any]:
    return {"organization_id": row["organization_id"], "user_id": row["user_id"]}
