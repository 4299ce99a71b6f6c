"""The local cloud would run any application: it knows nothing of this one but what local/leasing.py tells it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCAL = sorted((ROOT / "local").rglob("*.py"))
OURS = {"app", *(path.parent.name for path in ROOT.glob("*/__init__.py"))}
LONGEST = 400


def imported(path: Path) -> set[str]:
    """The modules that a file imports, at its top or anywhere inside."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where it leads"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_the_local_cloud_imports_nothing_of_leasing() -> None:
    cloud = ROOT / "local" / "cloud"
    assert {"shared", "functions", "stacks", "tests", "local"} <= OURS

    assert [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in LOCAL
        if path.is_relative_to(cloud)
        for name in sorted(imported(path))
        if name.split(".")[0] in OURS and not f"{name}.".startswith("local.cloud.")
    ] == []


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in LOCAL}
    assert {file: lines for file, lines in lengths.items() if lines > LONGEST} == {}
