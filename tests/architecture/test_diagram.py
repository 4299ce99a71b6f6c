"""docs/schema.md draws every table and every foreign key."""

import re

from shared.schema.metadata import metadata
from tools.describe import diagram

WRITTEN = diagram.DOCUMENT.read_text(encoding="utf-8")


def test_the_schema_diagram_is_current():
    assert diagram.document() == WRITTEN, "run `make openapi`"


def test_every_table_is_drawn_once_with_all_its_columns():
    drawn = dict(re.findall(r"^    (\w+) \{\n(.*?)^    \}", WRITTEN, re.MULTILINE | re.DOTALL))
    names = [table.name for members in diagram.sections().values() for table in members]

    assert sorted(names) == sorted(table.name for table in metadata.tables.values())
    for table in metadata.tables.values():
        columns = [line.split()[1] for line in drawn[table.name].splitlines()]
        assert columns == [column.name for column in table.columns]


def test_every_foreign_key_except_authorship_is_drawn():
    lines = re.findall(r'^    (\w+) \S+ (\w+) : "([^"]+)"$', WRITTEN, re.MULTILINE)
    keys = [
        (key.referred_table.name, table.name, ", ".join(key.column_keys))
        for table in metadata.tables.values()
        for key in table.foreign_key_constraints
        if key.column_keys[0] not in ("created_by", "updated_by")
    ]

    assert sorted(lines) == sorted(keys)


def test_a_drawn_foreign_key_shows_its_cardinality():
    assert "bids ||--o{ bid_versions" in WRITTEN
    assert "bids |o--o| contracts" in WRITTEN
    assert "users ||--o{ sessions" in WRITTEN
    assert "timestamptz[] moments" in WRITTEN
