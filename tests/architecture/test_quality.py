"""docs/quality.md names a test for each check of the catalogue: every test it names exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"\| (\d+) \| [^|]+ \| `(tests/[\w/]+\.py)::(test_\w+)` \|")


def rows() -> list[str]:
    lines = (ROOT / "docs" / "quality.md").read_text().splitlines()
    start = lines.index("|---|---|---|") + 1
    return [line for line in lines[start:] if line.strip()]


def names_in(path: str) -> set[str]:
    file = ROOT / path
    if not file.exists():
        return set()
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}


def test_every_row_names_a_test_that_exists() -> None:
    assert len(rows()) > 50
    for row in rows():
        found = ROW.fullmatch(row)
        assert found, f"not `| number | what | `tests/file.py::test_name` |`: {row}"
        assert found[3] in names_in(found[2]), row


def test_rows_stand_in_the_order_of_their_numbers_and_none_twice() -> None:
    numbers = [int(row.split("|")[1]) for row in rows()]

    assert numbers == sorted(numbers)
    assert len(set(rows())) == len(rows())
