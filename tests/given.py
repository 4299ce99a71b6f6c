"""The PostgreSQL of a test run: its own, or the one that DATABASE_URL names, where it drops no database but its own."""

import os
from itertools import product

import psycopg
import pytest
from psycopg import sql

from local.cloud.data.postgres import Postgres

MADE_HERE = "Made by the tests, which drop it without asking."
"""The comment on every database that the tests create on a server that they were given."""


PATIENCE = "2min"
"""For how long an operation waits for a row or an answer: a machine on which fifty wait for one is slow, not sick."""
ROLES = ("app_reader", "app_user", "app_worker", "app_auth")
LIMITS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")


class TestServer(Postgres):
    """A Postgres that drops no database that somebody else has made, and whose migrated ones have more patience."""

    __test__ = False

    def create_database(self, name: str, template: str = "template1") -> str:
        """As Postgres.create_database. Raises UsageError."""
        if not self.given:
            return super().create_database(name, template)
        check_made_here(self.url(), name)
        url = super().create_database(name, template)
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), MADE_HERE))
        return url

    def create_migrated_database(self, name: str) -> str:
        """As Postgres.create_migrated_database."""
        url = super().create_migrated_database(name)
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for role, limit in product(ROLES, LIMITS):
                connection.execute(
                    sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}").format(
                        sql.Identifier(role), sql.Identifier(name), sql.Identifier(limit), PATIENCE
                    )
                )
        return url


def check_given(name: str) -> None:
    """Raises UsageError where DATABASE_URL names a server on which `name` is somebody else's database."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return
    try:
        check_made_here(url, name)
    except psycopg.OperationalError:
        return  # Nothing answers, or not yet: starting the server says so.


def check_made_here(url: str, name: str) -> None:
    """Raises UsageError where the server has a database of that name that the tests have not made."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", (name,)
        ).fetchone()
    if row is not None and row[0] != MADE_HERE:
        raise pytest.UsageError(
            f'The tests would drop the database "{name}" on the server at DATABASE_URL, but they did not make it. '
            "Unset DATABASE_URL, or point it to a PostgreSQL 17 without such a database."
        )
