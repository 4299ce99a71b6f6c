"""The promises of the house: one word opens four drawers, arrows point one way, nothing is written twice."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from shared.kit import catalog, limits
from shared.kit.errors import Refusal

ROOT = Path(__file__).parents[2]
OPERATIONS = catalog.load()
SOURCES = [path for top in ("shared", "functions", "stacks") for path in (ROOT / top).rglob("*.py")]
LINES = 400
TESTS = "\n".join(path.read_text() for path in (ROOT / "tests").glob("*/*.py"))


def word_of(path: Path) -> tuple[str, ...]:
    return path.relative_to(ROOT).parts


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_an_operation_has_one_name_everywhere():
    for operation in OPERATIONS:
        assert operation.module == f"functions.{operation.word}.{operation.name}"
    names = [operation.name for operation in OPERATIONS]
    assert len(names) == len(set(names))
    routes = [(o.method, path) for o in catalog.of_kind(catalog.HttpOperation, OPERATIONS) for path in o.paths]
    assert len(routes) == len(set(routes))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_has_a_test(operation):
    assert f"import {operation.name}\n" in TESTS, f"no test imports {operation.name}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_has_a_docstring(operation):
    path = ROOT / f"{operation.module.replace('.', '/')}.py"
    assert ast.get_docstring(ast.parse(path.read_text())), f"{path} has no docstring"


def test_every_refusal_has_a_message_and_every_rate_category_exists():
    for operation in catalog.of_kind(catalog.HttpOperation, OPERATIONS):
        assert operation.rate == "none" or operation.rate in limits.LIMITS
        for refusal in operation.raises:
            assert issubclass(refusal, Refusal)
            assert refusal.message.endswith("."), refusal


def test_init_files_are_empty():
    never_deployed = [path for top in ("local", "tools") for path in (ROOT / top).rglob("__init__.py")]
    assert [path for path in [*SOURCES, *never_deployed] if path.name == "__init__.py" and path.read_text()] == []


def test_imports_point_one_way():
    wrong = []
    for path in SOURCES:
        top, word, *_ = word_of(path)
        for name in imports_of(path):
            parts = name.split(".")
            kit_knows_a_word = (top, word) == ("shared", "kit") and parts[0] == "shared" and parts[1:2] not in (
                [], ["kit"],
            )  # fmt: skip
            function_imports_function = top == "functions" and parts[0] == "functions"
            shared_imports_up = top == "shared" and parts[0] in ("functions", "stacks", "local", "tools", "tests")
            foreign_queries = (
                top == "shared"
                and parts[0] == "shared"
                and len(parts) > 2
                and parts[2] == "queries"
                and parts[1] != word
            )
            nobody_imports = parts[0] in ("stacks", "local", "tools", "tests") and top != parts[0]
            if kit_knows_a_word or function_imports_function or shared_imports_up or foreign_queries or nobody_imports:
                if not (path.name == "catalog.py" and parts == ["functions"]):
                    wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


LOWER = ("kit", "maths", "terms")
"""Drawers that know no word above them: each may import itself and those before it."""


def test_the_lower_drawers_know_no_word_above_them():
    wrong = []
    for path in (ROOT / "shared").rglob("*.py"):
        if (word := word_of(path)[1]) in LOWER:
            below = LOWER[: LOWER.index(word) + 1]
            known = {name.split(".")[1] for name in imports_of(path) if name.startswith("shared.")}
            wrong += [f"{path.relative_to(ROOT)} imports shared/{name}" for name in known.difference(below)]
    assert wrong == []


class _Loaded(ast.NodeVisitor):
    """What a module imports, also inside its functions; what stands under `if TYPE_CHECKING` is never loaded."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.found |= {alias.name for alias in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.found |= {f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)}


def loaded_by(path: Path) -> set[str]:
    visitor = _Loaded()
    visitor.visit(ast.parse(path.read_text()))
    return visitor.found


def test_no_modules_import_each_other_in_a_circle_not_even_inside_their_functions():
    paths = [path for top in ("shared", "functions", "stacks", "local", "tools") for path in (ROOT / top).rglob("*.py")]
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    TopologicalSorter(
        {name: loaded_by(path) & modules.keys() - {name} for name, path in modules.items()}
    ).prepare()  # raises CycleError, which names the circle


def test_whose_rows_are_a_callers_own_is_written_once():
    home = ROOT / "shared" / "organizations" / "sides.py"
    copies = [str(path.relative_to(ROOT)) for path in SOURCES if path != home and "_side)s" in path.read_text()]
    assert copies == [], f"Take the predicate from {home.relative_to(ROOT)}: mine(alias), owned(alias)."


def test_no_module_has_a_meaningless_name():
    forbidden = {"utils", "helpers", "service", "services", "common", "manager", "managers", "misc"}
    assert [path for path in SOURCES if path.stem in forbidden] == []


def test_no_file_holds_more_than_one_noun():
    tops = ("shared", "functions", "stacks", "local", "tools")
    files = [path for top in tops for path in (ROOT / top).rglob("*.py") if "versions" not in path.parts]
    long = {
        str(path.relative_to(ROOT)): count for path in files if (count := len(path.read_text().splitlines())) > LINES
    }
    assert long == {}, f"Above {LINES} lines: give each noun, with its SQL, a file of its own."


def test_only_the_kit_commits_and_only_the_kit_queues():
    for path in (ROOT / "functions").rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        names = {node.func.attr for node in calls if isinstance(node.func, ast.Attribute)}
        assert not names & {"commit", "rollback"}, path
