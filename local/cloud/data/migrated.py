"""A data directory whose schema is already there: migrated once, kept under .local/cache, and copied at each start."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from local.cloud.hooks import Database
from local.cloud.problem import CACHE, Problem
from local.cloud.processes import run

OWNER = "state-directory"
"""File in a data directory: which platform's it is."""


def kept(database: Database, version: str) -> Path:
    """The data directory kept for this schema and this version of PostgreSQL, if there is one."""
    digest = hashlib.sha256(version.encode())
    for path in sorted(database.schema.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(database.schema)}\0".encode() + path.read_bytes())
    return CACHE / f"migrated-{digest.hexdigest()[:16]}"


def keep(data: Path, place: Path) -> None:
    """Copy a stopped server's data directory to `place`; those of other schemas go."""
    CACHE.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=CACHE))
    shutil.copytree(data, draft, dirs_exist_ok=True)
    try:
        draft.rename(place)
    except OSError:
        # Another start has kept its own in the meantime.
        shutil.rmtree(draft, ignore_errors=True)
    for other in CACHE.glob("migrated-*"):
        if other != place:
            shutil.rmtree(other, ignore_errors=True)


def copy(place: Path, data: Path, owner: tuple[int, int] | None) -> None:
    """Make `data` a copy of what is kept, and `owner`'s."""
    # Not the original owner: that one may be gone, and another start would delete the copy before it is marked.
    shutil.copytree(place, data, dirs_exist_ok=True, ignore=shutil.ignore_patterns(OWNER))
    if owner is not None:
        for folder, _, files in os.walk(data):
            for name in (".", *files):
                os.chown(Path(folder, name), *owner)


def migrate(database: Database, url: str, log: Path) -> None:
    """Bring the database at `url` to the application's schema. Raises Problem."""
    if failure := run(database.upgrade, log, os.environ | {"DATABASE_URL": url}):
        raise Problem(f"The migrations failed ({failure}): read {log}, mend them, start again.")
