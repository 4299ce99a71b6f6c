"""An operator fills in the secret with our registrations at the providers, here or in AWS (tools/secret.py)."""

import json

import boto3
import pytest

from local.cloud.problem import Problem
from tools.secret import fill

APPS = {"zoho": {"client_id": "our-app", "client_secret": "of-many-signs", "api": "http://127.0.0.1:1"}}


@pytest.fixture
def secrets():
    client = boto3.client("secretsmanager")
    client.create_secret(Name="leasing-trial-accounting-apps", SecretString='{"nobody": "knows"}')
    yield client
    client.delete_secret(SecretId="leasing-trial-accounting-apps", ForceDeleteWithoutRecovery=True)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "apps.json"
    path.write_text(json.dumps(APPS))
    return path


def test_what_stands_in_the_file_replaces_the_secret(secrets, file, tmp_path):
    fill("accounting-apps", file, "trial", tmp_path)

    kept = secrets.get_secret_value(SecretId="leasing-trial-accounting-apps")["SecretString"]
    assert json.loads(kept) == APPS


@pytest.mark.parametrize("content", [b"", b"client_id=our-app", b'["our-app"]', b"\xff\xfe"])
def test_what_is_no_json_object_changes_nothing(secrets, tmp_path, content):
    path = tmp_path / "apps.json"
    path.write_bytes(content)

    with pytest.raises(Problem):
        fill("accounting-apps", path, "trial", tmp_path)
    kept = secrets.get_secret_value(SecretId="leasing-trial-accounting-apps")["SecretString"]
    assert json.loads(kept) == {"nobody": "knows"}


def test_a_secret_that_is_not_there_is_not_made(file, tmp_path):
    with pytest.raises(Problem, match="leasing-trial-other was not filled in"):
        fill("other", file, "trial", tmp_path)
    with pytest.raises(Problem, match="No platform runs on this machine"):
        fill("accounting-apps", file, "local", tmp_path)
