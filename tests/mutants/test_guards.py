"""Each guard is broken once, in a copy of the tree, and its test has to fail: what no test misses guards nothing.

`make mutants`; `ONLY=words` takes the guards whose names contain them all.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.table import GUARDS, Guard

ROOT = Path(__file__).parents[2]
LEFT_BEHIND = shutil.ignore_patterns(".*", "node_modules", "cdk.out", "__pycache__")
ONLY = os.environ.get("ONLY", "").split()
FELL = re.compile(r"^\d+ failed\b.* in ", re.MULTILINE)


@pytest.fixture(scope="session", autouse=True)
def environment() -> None:
    """In place of the other tests' PostgreSQL, Redis and moto: nothing. Each broken tree brings its own."""


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this one, but for what was downloaded."""
    copy = tmp_path_factory.mktemp("tree") / "leasing"
    shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
    for downloaded in ("node_modules", ".local/cache"):
        (ROOT / downloaded).mkdir(parents=True, exist_ok=True)
        (copy / downloaded).parent.mkdir(exist_ok=True)
        (copy / downloaded).symlink_to(ROOT / downloaded)
    # Known by their text: by size and second of change, as is usual, one mutant would look like the one before it.
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", str(copy)]
    subprocess.run([*command, "-x", "node_modules"], check=True)
    return copy


@pytest.mark.slow
@pytest.mark.parametrize(
    "guard",
    [guard for guard in GUARDS if all(word in guard.name for word in ONLY)],
    ids=lambda guard: guard.name,
)
def test_its_test_falls_where_it_is_broken(guard: Guard, tree: Path) -> None:
    file = tree / guard.file
    whole = file.read_text()
    file.write_text(whole.replace(guard.stands, guard.instead))
    command = [sys.executable, "-B", "-m", "pytest", guard.test, "-x", "--tb=line", "-p", "no:cacheprovider"]
    try:
        run = subprocess.run(
            command, cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, capture_output=True, text=True, timeout=180
        )
    finally:
        file.write_text(whole)
    # It failed, and did not merely stumble over a tree that no longer stands.
    assert FELL.search(run.stdout), run.stdout[-3000:] + run.stderr[-3000:]
