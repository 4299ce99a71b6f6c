"""The table of guards (tests/mutants, `make mutants`) speaks of the code as it stands."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.table import GUARDS, Guard

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guards_text_occurs_once_in_its_file(guard: Guard) -> None:
    whole = (ROOT / guard.file).read_text()
    broken = whole.replace(guard.stands, guard.instead)

    assert whole.count(guard.stands) == 1
    assert broken != whole
    if guard.file.endswith(".py"):
        ast.parse(broken)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_names_a_test_that_exists(guard: Guard) -> None:
    file, _, name = guard.test.partition("::")
    functions = {one.name for one in ast.walk(ast.parse((ROOT / file).read_text())) if isinstance(one, ast.FunctionDef)}

    assert name.partition("[")[0] in functions


def test_guard_names_are_unique() -> None:
    assert [name for name, times in Counter(guard.name for guard in GUARDS).items() if times > 1] == []
    assert len(GUARDS) >= 40
