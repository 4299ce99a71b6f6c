import json
from types import SimpleNamespace

import boto3
import pytest

from functions.phones import send_text as text_worker
from shared.kit import secret as secrets
from shared.kit.ids import new_id
from tests.phones.messaging import CONTENT_SIDS, CONTENTS, Messaging
from tests.phones.twilio_server import TwilioServer


@pytest.fixture
def keep(environment, monkeypatch):
    """Fills in an operator's secret."""

    def keep(variable: str, value: dict) -> None:
        made = boto3.client("secretsmanager").create_secret(Name=new_id().hex, SecretString=json.dumps(value))
        monkeypatch.setenv(variable, made["ARN"])
        secrets._kept.clear()

    return keep


@pytest.fixture
def twilio(keep):
    server = TwilioServer(dict(CONTENTS))
    keep("TWILIO_SECRET_ARN", server.account(CONTENT_SIDS))
    yield server
    server.close()


@pytest.fixture
def phones(world, twilio):
    return Messaging(world, twilio)


@pytest.fixture
def pauses(monkeypatch):
    """The seconds that a worker has slept, without sleeping."""
    slept = []
    monkeypatch.setattr(text_worker, "time", SimpleNamespace(sleep=slept.append))
    return slept
