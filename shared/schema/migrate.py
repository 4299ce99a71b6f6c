"""Moves a database to a revision of the schema, at deploy and on a developer's machine.

Each migration is a transaction of its own and asks for the locks of tables that people are using: where one does not
come at once, everybody else goes first and the migration is tried again. What fails leaves nothing of itself behind,
only the migrations before it. Of two deploys that start together the second waits and finds its work done.

Command line, for `make migration` and by hand:

    DATABASE_URL=… python -m shared.schema.migrate upgrade|downgrade|check|draft "message"
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import URL, Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from shared.schema.metadata import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = "leasing.schema"

# The version table is in the schema `app`, so that `public` holds only tables that row-level security protects.
VERSION_SCHEMA = "app"
_VERSIONS = f"{VERSION_SCHEMA}.alembic_version"

# While a migration waits for a table, everybody who only wants to read it waits too. This is how long it waits for a
# table: all tables that one migration locks (tests/architecture/test_migrations.py counts them) are locked within a
# second or not at all.
LOCK_TIMEOUT = 0.05
_HURRY = f"SET lock_timeout = {LOCK_TIMEOUT * 1000:.0f}"
PATIENCE = 300.0


def upgrade(database_url: str | URL, revision: str = "head") -> None:
    """Applies every migration up to `revision`. A later release's schema is left alone."""
    with _locked(database_url) as connection:
        config = _config(connection)
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        applied = _context(connection).get_current_heads()
        connection.rollback()
        # After a rollback, this release runs on the later one's schema: migrations only ever add.
        if known.issuperset(applied):
            _insist(connection, lambda: command.upgrade(config, revision))


def downgrade(database_url: str | URL, revision: str = "base") -> None:
    """Reverts every migration after `revision`, with the data that only those held."""
    with _locked(database_url) as connection:
        config = _config(connection)
        _insist(connection, lambda: command.downgrade(config, revision))


def is_current(database_url: str | URL) -> bool:
    """Whether every migration that this code knows has been applied."""
    with _connection(database_url) as connection:
        applied = _context(connection).get_current_heads()
        return set(applied) == set(ScriptDirectory.from_config(_config(connection)).get_heads())


def differences(database_url: str | URL) -> list[object]:
    """What `tables/` says and the migrated database does not; empty when they agree."""
    with _connection(database_url) as connection:
        return list(compare_metadata(_context(connection), metadata))


def draft(database_url: str | URL, message: str) -> None:
    """Writes a new migration from what `tables/` says and the migrated database does not."""
    with _connection(database_url) as connection:
        config = _config(connection)
        written = len(list(ScriptDirectory.from_config(config).walk_revisions()))
        command.revision(config, message=message, autogenerate=True, rev_id=f"{written + 1:04}")


@contextmanager
def unhurried(revision: str | None = None) -> Iterator[None]:
    """For a migration's statements that hold up neither readers nor writers: each is a transaction of its own, waits as
    long as it must, and may be run again (VALIDATE CONSTRAINT, CREATE INDEX CONCURRENTLY).

    What the migration did before is committed here. Where that may not be done twice, `revision` says whose it is, and
    the migration asks `is_half_done` before it does it."""
    if revision:
        # In one transaction with what came before.
        op.execute(f"COMMENT ON TABLE {_VERSIONS} IS '{_half_done(revision)}'")
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        yield
        op.execute(_HURRY)
    if revision:
        # In one transaction with the new revision.
        op.execute(f"COMMENT ON TABLE {_VERSIONS} IS NULL")


def is_half_done(revision: str) -> bool:
    """Whether this migration was interrupted in what it does unhurried: all before that stands."""
    comment = op.get_bind().scalar(text(f"SELECT obj_description('{_VERSIONS}'::regclass, 'pg_class')"))
    return bool(comment == _half_done(revision))


def _half_done(revision: str) -> str:
    return f"{revision} is half done"


def context_options() -> dict[str, Any]:
    """How Alembic reads a database, the same in every command."""
    return {
        "target_metadata": metadata,
        "version_table_schema": VERSION_SCHEMA,
        "transaction_per_migration": True,
        "include_schemas": True,
        "include_name": _is_ours,
        "compare_type": True,
        "compare_server_default": True,
    }


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    return kind != "schema" or name in (None, "app")


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts=context_options())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _insist(connection: Connection, work: Callable[[], None]) -> None:
    """Do the work, and retry it from where it stopped while somebody else holds a lock that it needs."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except OperationalError as error:
            connection.rollback()
            connection.execute(text(_HURRY))
            connection.commit()
            if not isinstance(error.orig, LockNotAvailable | DeadlockDetected) or time.monotonic() > deadline:
                raise
            _end_vacuums(connection)
            time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 (nobody's secret)


def _end_vacuums(connection: Connection) -> None:
    """Let the automatic vacuums of our tables end: they give way to whoever has waited for a second, and no migration
    waits so long. This waits with a lock that holds up neither readers nor writers."""
    connection.execute(text("SET LOCAL lock_timeout = '3s'"))
    try:
        for table in connection.scalars(text(_VACUUMED)).all():
            connection.execute(text(f"LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE"))
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
            raise
    connection.rollback()


_VACUUMED = """
SELECT DISTINCT c.oid::regclass::text
FROM pg_locks AS l
JOIN pg_database AS d ON d.oid = l.database AND d.datname = current_database()
JOIN pg_class AS c ON c.oid = l.relation AND c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
WHERE l.mode = 'ShareUpdateExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid()
"""


@contextmanager
def _connection(database_url: str | URL) -> Iterator[Connection]:
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def _locked(database_url: str | URL) -> Iterator[Connection]:
    with _connection(database_url) as connection:
        # The lock ends with the session, which belongs to this call. It is polled, because a statement that waits for a
        # lock holds up CREATE INDEX CONCURRENTLY.
        while not connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:lock, 0))"), {"lock": LOCK}):
            connection.rollback()
            time.sleep(0.2)
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {VERSION_SCHEMA}"))
        connection.execute(text(_HURRY))
        connection.commit()
        yield connection


def main(arguments: list[str]) -> int:
    url = os.environ["DATABASE_URL"]
    match arguments:
        case ["upgrade"]:
            upgrade(url)
        case ["downgrade"]:
            downgrade(url, "-1")
        case ["check"]:
            found = differences(url)
            for difference in found:
                sys.stdout.write(f"{difference}\n")
            return 1 if found else 0
        case ["draft", message]:
            draft(url, message)
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
