"""Journeys run against whole platforms, from outside: nothing of the other tests' environment is needed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.platform import Platform
from local.synth import synthesize
from tests.journeys.client import Person


@pytest.fixture(scope="session", autouse=True)
def environment() -> None:
    """In place of the other tests' PostgreSQL, Redis and moto: nothing."""


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest) -> Path:
    """The stacks' templates, synthesized where they have changed since the last run."""
    output = request.config.cache.mkdir("journeys") / "cdk.out"
    synthesize(output)
    return output


@pytest.fixture(scope="session")
def platform(templates: Path) -> Iterator[Platform]:
    """The platform of all journeys that leave the others in peace."""
    with Platform(templates=templates, rate_limit_scale=1000) as platform:
        yield platform


@pytest.fixture(scope="session")
def owner(platform: Platform) -> Person:
    return Person(platform, "OWNER", organization_name="Stone Properties LLC")


@pytest.fixture(scope="session")
def client(platform: Platform) -> Person:
    return Person(platform, "CLIENT", organization_name="Berg Analytics Inc")
