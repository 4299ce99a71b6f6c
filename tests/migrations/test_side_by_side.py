"""Each migration goes up, down and up again on a full database while the releases on both sides of it work on.

ROWS=50000 for a quick look; a million is what `make migrations` means.
"""

import os
import time
from collections.abc import Iterator

import psycopg
import pytest
from alembic.script import ScriptDirectory

from local import leasing
from shared.schema import migrate
from tests.given import TestServer
from tests.migrations.filled import fill
from tests.migrations.traffic import Traffic, Watch, Work, works_that_prepare

pytestmark = pytest.mark.slow

ROWS = int(os.environ.get("ROWS", "1000000"))
LONGEST = 1.0
"""Seconds that nobody may wait for a lock, or be kept out by one."""
BEFORE_AND_AFTER = 1.0
"""Seconds of traffic on both sides of a migration."""
PATIENCE = 30.0
"""Seconds in which a slow machine does everything once."""

ONLY_ALLOWED_BY = {"0019": "DELETE FROM payment_transactions WHERE payment_id IS NULL"}
"""What somebody who takes a migration back removes first: what only it allowed, history or not."""

REVISIONS = sorted(path.name[:4] for path in (migrate.MIGRATIONS / "versions").glob("[0-9]*.py"))


@pytest.fixture(scope="session", autouse=True)
def environment() -> None:
    """In place of the other tests' database, Redis and moto: nothing."""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database at the first migration, with all those rows."""
    with TestServer(tmp_path_factory.mktemp("postgres"), leasing.DATABASE) as server:
        url = server.create_database("leasing")
        migrate.upgrade(url, "0001")
        begun = time.monotonic()
        fill(url, ROWS)
        print(f"\n{ROWS:,} rows each of spaces, bids, payments, notifications, audit_logs, outbox:"
              f" {time.monotonic() - begun:.0f} s\n\n{'migration':<12}  took  longest wait  longest lock"
              f"  slowest transaction  transactions")  # fmt: skip
        yield url


def test_the_revisions_are_one_line() -> None:
    [head] = ScriptDirectory(str(migrate.MIGRATIONS)).get_heads()
    assert head == REVISIONS[-1]


@pytest.mark.parametrize(("before", "after"), list(zip(REVISIONS, REVISIONS[1:], strict=False)))
def test_it_goes_up_and_down_under_both_releases(full: str, before: str, after: str) -> None:
    old = works_that_prepare(full)

    _move(full, f"{after} up", lambda: migrate.upgrade(full, after), old)
    new = works_that_prepare(full)
    assert set(old) <= set(new), "a migration took away what the release before it asks for"
    # Both releases at once, as while a deployment goes through the functions.
    _move(full, f"{after} both", lambda: None, new)
    # The code goes back first: when the schema follows, nobody runs the new one any more.
    if after in ONLY_ALLOWED_BY:
        with psycopg.connect(full) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(ONLY_ALLOWED_BY[after])
    _move(full, f"{after} down", lambda: migrate.downgrade(full, before), old)
    _move(full, f"{after} again", lambda: migrate.upgrade(full, after), old)


def test_the_end_is_what_the_metadata_says(full: str) -> None:
    assert migrate.is_current(full)
    assert migrate.differences(full) == []


def test_what_was_counted_is_right(full: str) -> None:
    with psycopg.connect(full) as connection:
        wrong = connection.execute("""
            SELECT b.id FROM buildings b
            LEFT JOIN (SELECT building_id, count(*) AS n FROM spaces WHERE deleted_at IS NULL GROUP BY 1) s
                ON s.building_id = b.id
            WHERE b.total_spaces <> coalesce(s.n, 0) LIMIT 5""").fetchall()
        owed = connection.execute("""
            SELECT id FROM payments
            WHERE owed IS DISTINCT FROM
                  CASE WHEN status = 'CANCELLED' THEN 0
                       ELSE amount + tax_amount - credited_amount - credited_tax - written_off_amount END
            LIMIT 5""").fetchall()
        unchecked = connection.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated").fetchall()
    assert (wrong, owed, unchecked) == ([], [], [])


def _move(database_url: str, name: str, move: object, works: tuple[Work, ...]) -> None:
    traffic, watch = Traffic(database_url, ROWS, works), Watch(database_url)
    with watch.running(), traffic.running():
        time.sleep(BEFORE_AND_AFTER)
        begun = time.monotonic()
        move()  # type: ignore[operator]
        took = time.monotonic() - begun
        time.sleep(BEFORE_AND_AFTER)
        traffic.until_all_is_done(PATIENCE)
    print(f"{name:<12} {took:5.1f}s {watch.longest_wait * 1000:10.0f} ms {watch.longest_hold * 1000:10.0f} ms"
          f" {traffic.longest * 1000:17.0f} ms {sum(traffic.done.values()):13}", flush=True)  # fmt: skip
    assert traffic.failed == []
    assert set(traffic.done) == {work.name for work in works}
    assert watch.longest_wait < LONGEST, watch.worst
    assert watch.longest_hold < LONGEST
