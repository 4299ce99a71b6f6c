"""The command that every deployment begins with."""

import json
from collections.abc import Iterator

import boto3
import psycopg
import pytest
from sqlalchemy import make_url

from functions.system.migrate_schema import migrate_schema
from shared.schema.migrate import is_current


@pytest.fixture
def admin_secret(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    url = make_url(database)
    secret = json.dumps({"username": url.username, "password": url.password or ""})
    secrets = boto3.client("secretsmanager")
    made = secrets.create_secret(Name="admin", SecretString=secret)
    monkeypatch.setenv("DATABASE_SECRET_ARN", made["ARN"])
    yield
    secrets.delete_secret(SecretId=made["ARN"], ForceDeleteWithoutRecovery=True)


def test_a_deployment_migrates_to_the_schema_of_its_release(admin_secret, database):
    assert migrate_schema({}, None) == {"status": "migrated"}
    assert migrate_schema({}, None) == {"status": "migrated"}

    assert is_current(database)


def test_a_rolled_back_release_keeps_the_later_schema(admin_secret, database):
    with psycopg.connect(database, autocommit=True) as connection:
        [[mine]] = connection.execute("SELECT version_num FROM app.alembic_version").fetchall()
        connection.execute("UPDATE app.alembic_version SET version_num = '9999'")
        try:
            assert migrate_schema({}, None) == {"status": "migrated"}
            assert connection.execute("SELECT version_num FROM app.alembic_version").fetchall() == [("9999",)]
        finally:
            connection.execute("UPDATE app.alembic_version SET version_num = %s", [mine])
