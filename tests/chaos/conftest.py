"""A whole platform whose database and cache stand behind fault proxies."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import leasing
from local.cloud.data.postgres import Postgres
from local.cloud.data.redis import Redis
from local.platform import Platform
from tests.chaos.proxy import FaultProxy
from tests.given import TestServer
from tests.journeys.conftest import environment, templates

__all__ = ["environment", "templates"]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with TestServer(tmp_path_factory.mktemp("postgres"), leasing.DATABASE) as server:
        yield server


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with Redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def database_proxy(postgres: Postgres) -> Iterator[FaultProxy]:
    proxy = FaultProxy(postgres.port)
    yield proxy
    proxy.close()


@pytest.fixture(scope="session")
def cache_proxy(redis: Redis) -> Iterator[FaultProxy]:
    proxy = FaultProxy(redis.port)
    yield proxy
    proxy.close()


@pytest.fixture(scope="session")
def platform(
    templates: Path, postgres: Postgres, database_proxy: FaultProxy, cache_proxy: FaultProxy
) -> Iterator[Platform]:
    url = postgres.url().replace(f":{postgres.port}/", f":{database_proxy.port}/")
    told = {"VALKEY_PORT": str(cache_proxy.port), "VALKEY_USER": "default"}
    with pytest.MonkeyPatch.context() as changed:
        changed.setitem(os.environ, "DATABASE_URL", url)
        with Platform(templates=templates, rate_limit_scale=1000, environment=told) as platform:
            yield platform
