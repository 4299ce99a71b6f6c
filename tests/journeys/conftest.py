"""Journeys run against whole platforms, from outside: nothing of the other tests' environment is needed."""

import signal
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from local import leasing
from local.cloud.account import REGION
from local.cloud.templates.synth import synthesize
from local.platform import Platform
from tests import privacy
from tests.journeys.client import PATIENT, Person


@pytest.fixture(scope="session", autouse=True)
def environment() -> None:
    """In place of the other tests' PostgreSQL, Redis and moto: nothing."""


@pytest.fixture(scope="session", autouse=True)
def _silent() -> Iterator[None]:
    """Nothing that a platform logs or leaves in a dead-letter queue identifies anybody."""
    stop = Platform.stop

    def read_and_stop(self: Platform, how: int = signal.SIGTERM) -> None:
        is_up = self.details and self._process is not None and self._process.poll() is None
        dead = _dead_letters(self) if is_up and how == signal.SIGTERM else []
        stop(self, how)
        assert privacy.leaks_in_logs(self.state) == []
        assert privacy.leaks_in_messages(dead) == []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Platform, "stop", read_and_stop)
        yield


def _dead_letters(platform: Platform) -> list[str]:
    """The bodies of all dead letters."""
    keys = {name: platform.details[name] for name in ("aws_access_key_id", "aws_secret_access_key")}
    sqs = boto3.client("sqs", endpoint_url=platform.aws_url, region_name=REGION, **keys)
    # The small templates of tests/local have none.
    queues = [url for url in sqs.list_queues().get("QueueUrls", []) if "dead-letters" in url]
    found: list[str] = []
    for url in queues:
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [message["Body"] for message in messages]
    return found


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest) -> Path:
    """The stacks' templates, synthesized where they have changed since the last run."""
    output = request.config.cache.mkdir("journeys") / "cdk.out"
    synthesize(output, leasing.INPUTS)
    return output


@pytest.fixture(scope="session")
def platform(templates: Path) -> Iterator[Platform]:
    """The platform of all journeys that leave the others in peace."""
    with Platform(templates=templates, environment=PATIENT, rate_limit_scale=1000) as platform:
        yield platform


@pytest.fixture(scope="session")
def owner(platform: Platform) -> Person:
    return Person(platform, "OWNER", organization_name="Stone Properties LLC")


@pytest.fixture(scope="session")
def client(platform: Platform) -> Person:
    return Person(platform, "CLIENT", organization_name="Berg Analytics Inc")
