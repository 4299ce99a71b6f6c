"""A data directory that was migrated once is copied at each start, while other platforms start beside it."""

from pathlib import Path

import pytest

from local.cloud.data import migrated, postgres


@pytest.fixture(scope="session", autouse=True)
def environment() -> None:
    """In place of the other tests' PostgreSQL, Redis and moto: nothing."""


def test_a_copy_is_not_swept_away_as_the_first_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, data = tmp_path / "kept", tmp_path / "leasing-postgres-new"
    kept.mkdir()
    (kept / "PG_VERSION").write_text("17")
    (kept / migrated.OWNER).write_text(str(tmp_path / "gone"))
    monkeypatch.setattr(postgres.tempfile, "gettempdir", lambda: str(tmp_path))

    migrated.copy(kept, data, None)
    postgres._sweep()

    assert (data / "PG_VERSION").exists()
