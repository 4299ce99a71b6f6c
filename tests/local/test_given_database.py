"""Tests that are given a PostgreSQL drop no database there that they did not make."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from local import leasing
from local.cloud.data.postgres import Postgres
from tests.given import TestServer, check_given


@pytest.fixture(scope="session", autouse=True)
def environment() -> None:
    """In place of the other tests' database, Redis and moto: only the server."""


@pytest.fixture
def given(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestServer:
    """A server that DATABASE_URL names."""
    monkeypatch.setenv("DATABASE_URL", postgres.url())
    return TestServer(tmp_path, leasing.DATABASE)


@pytest.mark.parametrize(
    "refused", [lambda server: server.create_database("platform"), lambda _: check_given("platform")]
)
def test_a_database_that_the_tests_did_not_make_is_not_dropped(
    postgres: Postgres, given: TestServer, refused: Callable[[TestServer], object]
) -> None:
    Postgres.create_database(postgres, "platform")
    with psycopg.connect(postgres.url("platform")) as connection:
        connection.execute("CREATE TABLE leases ()")

    with pytest.raises(pytest.UsageError, match='would drop the database "platform"'):
        refused(given)

    with psycopg.connect(postgres.url("platform")) as connection:
        assert connection.execute("SELECT to_regclass('leases')").fetchone() == ("leases",)
    postgres.drop_database("platform")


def test_a_database_that_the_tests_made_is_made_anew(postgres: Postgres, given: TestServer) -> None:
    with psycopg.connect(given.create_database("tests")) as connection:
        connection.execute("CREATE TABLE leases ()")

    check_given("tests")
    with psycopg.connect(given.create_database("tests")) as connection:
        assert connection.execute("SELECT to_regclass('leases')").fetchone() == (None,)
    postgres.drop_database("tests")


def test_a_server_that_does_not_answer_is_left_to_the_one_who_starts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/postgres")

    check_given("platform")
