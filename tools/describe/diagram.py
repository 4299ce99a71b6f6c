"""The schema as entity-relationship diagrams: `make openapi` writes docs/schema.md from tables.py."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql

from shared.schema import tables

DOCUMENT = Path("docs/schema.md")

_SECTION = re.compile(r"^# --- (.+?) -+$|^\w+ = Table\(\n    \"(\w+)\"", re.MULTILINE)
# Every row says who wrote it: drawn, these would hide everything else.
_TRACES = ("created_by", "updated_by")

_INTRODUCTION = """# Schema

<!-- written by `make openapi` from shared/schema/tables.py -->

One diagram for each section of [shared/schema/tables.py](../shared/schema/tables.py), which says more: defaults,
checks, indexes. A table without columns belongs to another section. `created_by` and `updated_by` point to `users` and
are not drawn. Where a line names several columns, the copies of the two organizations are held equal to the original's
(row-level security reads them). Who may see which row stands in
[the policies](../shared/schema/migrations/sql/0001_policies.sql) and those after it.
"""


def document() -> str:
    """The Markdown of docs/schema.md."""
    parts = [_INTRODUCTION]
    for title, members in sections().items():
        parts += [f"## {title[0].upper()}{title[1:]}\n", "```mermaid", "erDiagram", *_diagram(members), "```\n"]
    return "\n".join(parts)


def sections() -> dict[str, list[Table]]:
    """The tables by the sections of tables.py, in its order."""
    by_name = {table.name: table for table in tables.metadata.tables.values()}
    found: dict[str, list[Table]] = {}
    for title, name in _SECTION.findall(Path(tables.__file__).read_text(encoding="utf-8")):
        if title:
            found[title] = []
        else:
            found[[*found][-1]].append(by_name[name])
    return found


def _diagram(members: Sequence[Table]) -> Iterable[str]:
    for table in members:
        yield f"    {table.name} {{"
        for column in table.columns:
            written = column.type.compile(dialect=postgresql.dialect()).lower()  # type: ignore[no-untyped-call]
            kind = re.sub(r"\(.*\)", "", written).replace("timestamp with time zone", "timestamptz").replace(" ", "_")
            marks = [
                *(["PK"] if column.primary_key else []),
                *(["FK"] if column.foreign_keys else []),
                *(["UK"] if (column.name,) in _unique(table) and not column.primary_key else []),
            ]
            optional = ' "optional"' if column.nullable else ""
            yield f"        {kind} {column.name}{' ' if marks else ''}{', '.join(marks)}{optional}"
        yield "    }"
    for table in members:
        yield from sorted(_lines(table))


def _lines(table: Table) -> Iterable[str]:
    for key in table.foreign_key_constraints:
        columns = tuple(key.column_keys)
        if columns[0] in _TRACES:
            continue
        parent = "|o" if any(column.nullable for column in key.columns) else "||"
        child = "o|" if columns[:1] in _unique(table) else "o{"
        yield f'    {key.referred_table.name} {parent}--{child} {table.name} : "{", ".join(columns)}"'


def _unique(table: Table) -> set[tuple[str, ...]]:
    """The columns of which no two rows have the same."""
    keys = {
        tuple(column.name for column in constraint.columns)
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint)
    }
    return keys | {
        tuple(column.name for column in index.columns)
        for index in table.indexes
        if index.unique and index.dialect_options["postgresql"]["where"] is None
    }
