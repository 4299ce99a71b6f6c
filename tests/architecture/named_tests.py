"""Pages of docs/ that name a test for each promise: the rows of their tables, and whether a named test exists."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows_below(page: str, head: str) -> list[str]:
    """The rows of all tables of docs/`page` that have this head, from the first to the last."""
    lines = (ROOT / "docs" / page).read_text().splitlines()
    rows: list[str] = []
    for number, line in enumerate(lines):
        if line == head:
            rest = lines[number + 2 :]
            rows += rest[: next((at for at, text in enumerate(rest) if not text.startswith("|")), len(rest))]
    return rows


def named_in(cell: str) -> list[tuple[str, str]]:
    """File and name of each test that a cell names."""
    return _NAMED.findall(cell)


@cache
def _defined_in(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.exists():
        return frozenset()
    return frozenset(node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef))


def exists(test: tuple[str, str]) -> bool:
    path, name = test
    return name in _defined_in(path)
