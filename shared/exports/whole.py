"""Everything that an organization has, in one zip: for its own archive, and for whoever serves it next.

    data/<entity>.jsonl     its rows, one JSON object on each line
    data/journal.jsonl      the double entry that the journal calculates
    buildings.csv           spaces, in the columns in which they can be imported
    leases.csv              the leases that run, likewise
    schema.json             what the entities' columns are
    manifest.json           how many rows each file has, and its SHA-256

The zip is written while it is read: nothing of it is kept in memory or on a disk.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from shared.exports import columns, imported
from shared.exports.entities import ENTITIES, Entity
from shared.exports.formats import CSV, LINES, Output, lines
from shared.exports.kinds import ExportKind
from shared.exports.sources import SOURCES
from shared.imports.columns import Kind as Imported
from shared.imports.columns import names_of
from shared.kit import wire
from shared.kit.db import Row
from shared.kit.snapshot import Snapshot

Blocks = Iterable[tuple[int, bytes]]

# What is granted to whoever reads: no other column is anybody's to take away.
_SELECT_COLUMNS = """
SELECT a.attname AS name, t.typname AS type, a.attnotnull AS is_required
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped
  AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attnum
"""

_TYPES: dict[str, dict[str, str]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    "timestamptz": {"type": "string", "format": "date-time"},
    "bool": {"type": "boolean"},
    "int4": {"type": "integer"},
    "int8": {"type": "integer"},
    "numeric": {"type": "number"},
    "text": {"type": "string"},
    "varchar": {"type": "string"},
    "_uuid": {"type": "array"},
    "_text": {"type": "array"},
}
"""JSON Schema of PostgreSQL's types; of what is JSON itself it says nothing."""


def write_whole(tx: Snapshot, order: Row, out: Output) -> int:
    """Write the zip; how many rows it has in all files together."""
    # It asks for no more than to be written to.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        schema = {name: _columns(tx, name, entity) for name, entity in ENTITIES.items()}
        manifest = [_add(archive, name, blocks) for name, blocks in _files(tx, order, schema)]
        _put(archive, "schema.json", {name: _schema_of(found) for name, found in schema.items()})
        told = {"version": 1, "organization_id": str(order["organization_id"]), "created_at": wire.moment(_now())}
        _put(archive, "manifest.json", {**told, "files": manifest})
    return sum(each["rows"] for each in manifest)


def _now() -> datetime:
    return datetime.now(UTC)


def _files(tx: Snapshot, order: Row, schema: dict[str, list[Row]]) -> Iterator[tuple[str, Blocks]]:
    values = {"organization_id": order["organization_id"], **columns.VALUES}
    for name, entity in ENTITIES.items():
        yield f"data/{name}.jsonl", tx.blocks(_statement(name, entity, schema[name]), values, LINES)
    yield "data/journal.jsonl", lines(tx, SOURCES[ExportKind.JOURNAL], order)
    for kind, statement in ((Imported.BUILDINGS, imported.BUILDINGS), (Imported.LEASES, imported.LEASES)):
        yield f"{kind.lower()}.csv", _sheet(tx, kind, statement, values)


def _sheet(tx: Snapshot, kind: Imported, statement: str, values: Row) -> Iterator[tuple[int, bytes]]:
    yield 0, (",".join(names_of(kind)) + "\n").encode()
    yield from tx.blocks(statement, values, CSV)


def _columns(tx: Snapshot, table: str, entity: Entity) -> list[Row]:
    found = tx.all(_SELECT_COLUMNS, {"table": table})
    return [column for column in found if column["name"] not in entity.without]


def _statement(table: str, entity: Entity, found: list[Row]) -> str:
    """The rows as JSON; tables and columns are the database's own names."""
    listed = ", ".join(
        f't."{column["name"]}"' if column["type"] != "timestamptz" else f'{_moment(column)} AS "{column["name"]}"'
        for column in found
    )
    return f"SELECT row_to_json(told) FROM (SELECT {listed} FROM {table} t WHERE {entity.mine}) AS told"


def _moment(column: Row) -> str:
    return columns.moment(f't."{column["name"]}"')


def _schema_of(found: list[Row]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {column["name"]: _TYPES.get(column["type"], {}) for column in found},
        "required": [column["name"] for column in found if column["is_required"]],
    }


def _add(archive: zipfile.ZipFile, name: str, blocks: Blocks) -> dict[str, Any]:
    """Write a file of the archive; what the manifest says of it."""
    rows, total = 0, hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as file:
        for count, block in blocks:
            file.write(block)
            total.update(block)
            rows += count
    return {"name": name, "rows": rows, "sha256": total.hexdigest()}


def _put(archive: zipfile.ZipFile, name: str, content: dict[str, Any]) -> None:
    archive.writestr(name, json.dumps(content, indent=2) + "\n")
