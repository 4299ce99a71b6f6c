"""Migrations change tables that people are using, while the release before them still runs: what they may not do.

What a migration sends is read as it is sent to an empty database, whether it comes from a file or from Alembic's
operations. `make migrations` sees the same in numbers, on a million rows.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, event

from local.cloud.data.postgres import Postgres
from shared.schema import migrate
from tests.architecture.named_tests import exists, named_in, rows_below

REVISIONS = sorted(path.name[:4] for path in (migrate.MIGRATIONS / "versions").glob("[0-9]*.py"))

# What no release has ever asked for may go or change its name at once.
NEVER_READ = {"RENAME COLUMN logo_key"}

# (what, why not) in one ALTER TABLE of a table that was there before.
ALTERATIONS = (
    (r"ADD CONSTRAINT \w+ (CHECK|FOREIGN KEY)(?!.*NOT VALID)", "reads every row: NOT VALID, and VALIDATE later"),
    (r"ADD CONSTRAINT \w+ (UNIQUE|PRIMARY KEY)(?! USING INDEX)", "builds an index: CONCURRENTLY, then USING INDEX"),
    (r"ADD CONSTRAINT \w+ EXCLUDE", "builds an index while nobody can write: a new table instead"),
    (r"ALTER (COLUMN )?\w+ (SET DATA )?TYPE", "writes every row anew: a new column instead"),
    (r"ALTER (COLUMN )?\w+ SET NOT NULL", "reads every row: a CHECK that is NOT VALID, and VALIDATE later"),
    (r"ADD COLUMN .*\b(REFERENCES|CHECK|UNIQUE|PRIMARY KEY)\b", "a constraint of its own, as above"),
    (r"ADD COLUMN .*\b(GENERATED|SERIAL|BIGSERIAL)\b", "writes every row anew"),
    (
        r"ADD COLUMN .*DEFAULT \w*(random|uuid|clock_timestamp|nextval)\w*\(",
        "writes every row anew: fill it in batches",
    ),
    (r"ADD COLUMN (?!.*\bDEFAULT\b).*\bNOT NULL\b", "the release before does not set it"),
    (r"(DROP COLUMN|RENAME)", "the release before reads it: one release later, and say here that none does"),
    (r"SET (TABLESPACE|LOGGED|UNLOGGED|ACCESS METHOD)", "writes the table anew"),
)

STATEMENTS = (
    (r"(UPDATE|DELETE FROM|INSERT INTO) (?P<table>\w+)", "in batches that commit: see 0007"),
    (r"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY).* ON (ONLY )?(?P<table>\w+)", "keeps writers out: CONCURRENTLY"),
    (r"DROP TABLE (IF EXISTS )?(?P<table>\w+)", "the release before reads it: one release later"),
    (r"(TRUNCATE|LOCK|CLUSTER|VACUUM FULL|REINDEX TABLE) (TABLE )?(?P<table>\w+)", "keeps everybody out"),
)

# Whatever tables are in use.
ALWAYS = ((r"DROP FUNCTION|ALTER FUNCTION .* (RENAME|SET SCHEMA)", "the release before calls it: one release later"),)


@dataclass
class Sent:
    """What one migration sent, and the tables that it locked against readers or writers, transaction by transaction."""

    tables: set[str]
    """That were there before."""
    statements: list[str] = field(default_factory=list)
    locked: list[set[str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def sent(postgres: Postgres) -> Iterator[dict[str, Sent]]:
    """By revision, from the second on."""
    url = postgres.create_database("migrations")
    migrate.upgrade(url, REVISIONS[0])
    found = {}
    for revision in REVISIONS[1:]:
        found[revision] = now = Sent(tables_of(url))

        def note(connection: Any, cursor: Any, statement: str, *rest: Any, now: Sent = now) -> None:
            now.statements += split(statement)

        def look(connection: Connection, now: Sent = now) -> None:
            with connection.connection.cursor() as cursor:
                cursor.execute(LOCKED)
                now.locked.append({table for (table,) in cursor.fetchall()} & now.tables)

        event.listen(Engine, "before_cursor_execute", note)
        event.listen(Engine, "commit", look)
        try:
            migrate.upgrade(url, revision)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
            event.remove(Engine, "commit", look)
    yield found
    postgres.drop_database("migrations")


LOCKED = """
SELECT c.relname FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
WHERE l.pid = pg_backend_pid() AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
  AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""


def tables_of(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def split(text: str) -> list[str]:
    """The statements of a file, each on one line; without comments, strings and the bodies of functions."""
    for noise, instead in ((r"(\$\w*\$).*?\1", "''"), (r"--[^\n]*", ""), (r"'[^']*'", "''")):
        text = re.sub(noise, instead, text, flags=re.DOTALL)
    return [" ".join(statement.split()) for statement in text.split(";") if statement.strip()]


def faults(statement: str, tables: set[str]) -> list[str]:
    """What is wrong with a statement, where `tables` are in use."""
    found = []
    if (altered := re.match(r"ALTER TABLE (ONLY )?(?P<table>\w+) (?P<actions>.*)", statement)) and altered[2] in tables:
        # A comma inside brackets belongs to the action.
        for action in re.split(r", (?=(?:ADD|ALTER|DROP|RENAME|SET|VALIDATE)\b)", altered["actions"]):
            found += [f"{action}: {why}" for what, why in ALTERATIONS if re.match(what, action)]
    for what, why in STATEMENTS:
        if (used := re.match(what, statement)) and used["table"] in tables:
            found.append(f"{statement}: {why}")
    found += [f"{statement}: {why}" for what, why in ALWAYS if re.match(what, statement)]
    return [fault for fault in found if not fault.startswith(tuple(NEVER_READ))]


@pytest.mark.parametrize("revision", REVISIONS[1:])
def test_a_migration_blocks_no_request_and_removes_nothing_in_use(sent: dict[str, Sent], revision: str) -> None:
    now = sent[revision]
    assert now.statements
    assert [fault for statement in now.statements for fault in faults(statement, now.tables)] == []


@pytest.mark.parametrize("revision", REVISIONS[1:])
def test_a_migration_gets_all_its_table_locks_within_a_second(sent: dict[str, Sent], revision: str) -> None:
    for locked in sent[revision].locked:
        assert len(locked) * migrate.LOCK_TIMEOUT < 1, sorted(locked)


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_migration_that_was_interrupted_goes_on(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """What came before its unhurried part was committed: the next run must not stumble over it."""
    url = postgres.create_database("interrupted")
    unhurried = MigrationContext.autocommit_block

    @contextmanager
    def interrupted(context: MigrationContext) -> Iterator[None]:
        with unhurried(context):
            if moment == "before":
                raise Interrupted
            yield
        raise Interrupted

    times = 0
    for revision in REVISIONS:
        with monkeypatch.context() as patch:
            patch.setattr(MigrationContext, "autocommit_block", interrupted)
            try:
                migrate.upgrade(url, revision)
            except Interrupted:
                times += 1
        migrate.upgrade(url, revision)
    assert times >= 8
    assert migrate.is_current(url)
    assert migrate.differences(url) == []
    with psycopg.connect(url) as connection:
        left = connection.execute("""
            SELECT conname FROM pg_constraint WHERE NOT convalidated
            UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid
            UNION ALL SELECT description FROM pg_description WHERE objoid = 'app.alembic_version'::regclass
        """).fetchall()
    assert left == []
    postgres.drop_database("interrupted")


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_migration_reads_no_sql_but_its_own(revision: str) -> None:
    """What the files of functions and policies say changes later, and what a migration did must not."""
    [code] = [path.read_text() for path in (migrate.MIGRATIONS / "versions").glob(f"{revision}_*.py")]
    named = re.findall(r"[\w./{}-]+\.sql\b", code)
    assert [name for name in named if not re.fullmatch(rf"{revision}_[\w{{}}]+\.sql", name)] == []
    assert "functions/" not in code and "policies/" not in code


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE bids ADD CONSTRAINT c CHECK (bid_amount > 0)",
        "ALTER TABLE bids ADD COLUMN x INT, ADD CONSTRAINT c FOREIGN KEY (x) REFERENCES users (id)",
        "ALTER TABLE bids ADD CONSTRAINT c UNIQUE (x, y)",
        "ALTER TABLE bids ALTER COLUMN x TYPE BIGINT",
        "ALTER TABLE bids ALTER x SET NOT NULL",
        "ALTER TABLE bids ADD COLUMN x INT NOT NULL",
        "ALTER TABLE bids ADD COLUMN x UUID DEFAULT gen_random_uuid()",
        "ALTER TABLE bids ADD COLUMN x UUID REFERENCES users (id)",
        "-- the owner's\nALTER TABLE bids DROP COLUMN notes",
        "ALTER TABLE bids RENAME COLUMN notes TO remarks",
        "CREATE INDEX i ON bids (x)",
        "CREATE UNIQUE INDEX i ON bids USING btree (x)",
        "DROP TABLE bids",
        "UPDATE bids SET x = 1",
    ],
)
def test_a_blocking_statement_is_detected(statement: str) -> None:
    [read] = split(statement)
    assert len(faults(read, {"bids"})) == 1
    assert faults(read, {"users"}) == []


@pytest.mark.parametrize(
    "statement", ["DROP FUNCTION app.client(uuid)", "ALTER FUNCTION app.client(uuid) RENAME TO client_of"]
)
def test_a_dropped_function_is_detected(statement: str) -> None:
    assert len(faults(statement, set())) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE bids ADD COLUMN x NUMERIC(12, 2) DEFAULT '' NOT NULL, ADD CONSTRAINT c CHECK (x > 0) NOT VALID",
        "ALTER TABLE bids VALIDATE CONSTRAINT c",
        "ALTER TABLE bids ADD CONSTRAINT c UNIQUE USING INDEX i",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON bids (x)",
        "ALTER TABLE bids ENABLE ROW LEVEL SECURITY",
        "CREATE OR REPLACE FUNCTION app.client(user_id uuid) RETURNS uuid LANGUAGE sql AS ''",
        "ALTER POLICY read ON bids USING (true)",
    ],
)
def test_a_harmless_statement_is_not_reported(statement: str) -> None:
    assert faults(statement, {"bids"}) == []


def test_the_migrations_page_names_a_test_for_each_rule() -> None:
    rows = rows_below("migrations.md", "| rule | kept by |")
    assert len(rows) > 10
    assert [row for row in rows if not named_in(row) or not all(map(exists, named_in(row)))] == []
