"""Moves a database to a revision of the schema, at deploy and on a developer's machine.

Each call is one transaction that first takes an advisory lock: a failed migration leaves nothing
behind, and of two deploys that start together the second waits and finds its work done.

Command line, for `make migration` and by hand:

    DATABASE_URL=… python -m shared.schema.migrate upgrade|downgrade|check|draft "message"
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, NullPool, create_engine, make_url, text

from shared.schema.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = "leasing.schema"

# The version table stands in the schema `app`, so that `public` holds nothing but tables that
# row-level security protects.
VERSION_SCHEMA = "app"


def upgrade(database_url: str | URL, revision: str = "head") -> None:
    """Applies every migration up to `revision`."""
    with _locked(database_url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database_url: str | URL, revision: str = "base") -> None:
    """Takes back every migration after `revision`, with the data that only those held."""
    with _locked(database_url) as connection:
        command.downgrade(_config(connection), revision)


def is_current(database_url: str | URL) -> bool:
    """Whether every migration that this code knows has been applied."""
    with _connection(database_url) as connection:
        applied = _context(connection).get_current_heads()
        return set(applied) == set(ScriptDirectory.from_config(_config(connection)).get_heads())


def differences(database_url: str | URL) -> list[object]:
    """What `tables.py` says and the migrated database does not; empty when they agree."""
    with _connection(database_url) as connection:
        return list(compare_metadata(_context(connection), metadata))


def draft(database_url: str | URL, message: str) -> None:
    """Writes a new migration from what `tables.py` says and the migrated database does not."""
    with _connection(database_url) as connection:
        config = _config(connection)
        written = len(list(ScriptDirectory.from_config(config).walk_revisions()))
        command.revision(config, message=message, autogenerate=True, rev_id=f"{written + 1:04}")


def context_options() -> dict[str, Any]:
    """How Alembic looks at a database, the same in every command."""
    return {
        "target_metadata": metadata,
        "version_table_schema": VERSION_SCHEMA,
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


@contextmanager
def _connection(database_url: str | URL) -> Iterator[Connection]:
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection


@contextmanager
def _locked(database_url: str | URL) -> Iterator[Connection]:
    with _connection(database_url) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))"), {"lock": LOCK})
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {VERSION_SCHEMA}"))
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
