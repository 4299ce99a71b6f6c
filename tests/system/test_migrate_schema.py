"""The command that every deployment begins with."""

import json

import boto3
import pytest
from sqlalchemy import make_url

from functions.system.migrate_schema import migrate_schema
from shared.schema.migrate import is_current


@pytest.fixture
def admin_secret(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = make_url(database)
    secret = json.dumps({"username": url.username, "password": url.password or ""})
    made = boto3.client("secretsmanager").create_secret(Name="admin", SecretString=secret)
    monkeypatch.setenv("DATABASE_SECRET_ARN", made["ARN"])


def test_a_deployment_finds_or_brings_the_schema_of_its_release(admin_secret, database):
    assert migrate_schema({}, None) == {"status": "migrated"}
    assert migrate_schema({}, None) == {"status": "migrated"}

    assert is_current(database)
