"""docs/quality.md names a test for each check of the catalogue: every test it names exists."""

import ast
import re

from tests.architecture.named_tests import ROOT, exists, named_in, rows_below

ROWS = rows_below("quality.md", "| number | what happens | test |")
FORM = re.compile(r"\| \d+ \| [^|]+ \| `tests/[\w/]+\.py::test_\w+` \|")


def test_every_row_of_the_quality_page_names_a_test_that_exists() -> None:
    assert len(ROWS) > 50
    for row in ROWS:
        assert FORM.fullmatch(row), f"not `| number | what | `tests/file.py::test_name` |`: {row}"
        assert all(map(exists, named_in(row))), row


def test_rows_of_the_quality_page_are_in_order_and_unique() -> None:
    numbers = [int(row.split("|")[1]) for row in ROWS]

    assert numbers == sorted(numbers)
    assert len(set(ROWS)) == len(ROWS)


def test_every_race_of_the_quality_page_is_run_by_make_races() -> None:
    raced = {int(row.split("|")[1]) for row in ROWS for path, name in named_in(row) if _is_race(path, name)}

    assert raced >= set(range(1, 14))


def _is_race(path: str, name: str) -> bool:
    functions = (node for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef))
    return any("pytest.mark.race" in map(ast.unparse, one.decorator_list) for one in functions if one.name == name)
