"""What every test stands on: a real PostgreSQL and Redis, AWS as moto, one migrated database a run."""

import os
from collections.abc import Generator, Iterator

import boto3
import hypothesis
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer
from moto.sqs.models import sqs_backends

from local import leasing
from local.cloud.data.postgres import Postgres
from local.cloud.data.redis import Redis
from shared.kit.resources import KEYS, QUEUES, RESOURCES
from tests import call as call_module
from tests import privacy
from tests.arena import Arena
from tests.given import TestServer, check_given
from tests.invariants import untied
from tests.realtime import sockets
from tests.world import World, close_connections

REGION = "us-east-1"
DATABASE = "leasing"
VALKEY_PATIENCE = "120"
"""Seconds. Whoever does not hear from Valkey in time goes on uncounted and uncached; a machine is not sick for being
slow. What the product's own patience is: tests/system/test_sick_valkey.py."""

KEPT_MESSAGES = 100
"""What a queue may hold between two tests: moto counts all that it holds whenever one more is sent."""

SLOWEST = ("tests/fuzz/test_attacks.py", "tests/journeys/", "tests/machine/", "tests/local/")
"""Files that take minutes, whose tests are few: a run on several cores would end with one core at work on them."""


hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep-examples", action="store_true", help="write what docs/examples lacks: `make examples`")
    parser.addoption("--rounds", type=int, default=3, help="how often each race is run; `make races`: 200")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest files begin; all others keep their order."""
    items.sort(
        key=lambda item: next((at for at, begin in enumerate(SLOWEST) if item.nodeid.startswith(begin)), len(SLOWEST))
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    """No test runs on a server that has somebody else's database where the tests would put their own."""
    # A worker of xdist starts after the process that has looked.
    if not hasattr(session.config, "workerinput"):
        check_given(DATABASE)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--keep-examples"):
        sockets.keep_frames()


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """How often a race is run."""
    return int(request.config.getoption("--rounds"))


@pytest.fixture(scope="session", autouse=True)
def _listening() -> Iterator[None]:
    """Whatever is logged in this run is heard."""
    with privacy.listening():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """A test fails where a line that was logged since the one before, or a refusal, tells who somebody is."""
    try:
        yield
    finally:
        leaks = list(privacy.leaks)
        privacy.leaks.clear()
    assert leaks == []
    empty_queues(KEPT_MESSAGES)


def empty_queues(kept: int) -> None:
    """Empties the queues that hold more messages than that; fails where one tells more than it may."""
    for queue in sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues.values():
        if len(queue._messages) > kept:
            assert privacy.leaks_in_messages(message.body for message in queue._messages) == []
            queue._messages.clear()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL of this run's own."""
    with TestServer(tmp_path_factory.mktemp("postgres"), leasing.DATABASE) as server:
        yield server


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with Redis(tmp_path_factory.mktemp("redis"), users={"app": "on ~* &* +@all"}) as server:
        yield server


@pytest.fixture(scope="session")
def database(postgres: Postgres) -> str:
    """The URL of the migrated database, as its superuser."""
    return postgres.create_migrated_database(DATABASE)


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """moto behind a real endpoint, with what the stacks would have made; its URL."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    os.environ.update(
        AWS_ENDPOINT_URL=url,
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
    )
    os.environ.update(make_resources())
    yield url
    empty_queues(0)
    server.stop()


def make_resources() -> dict[str, str]:
    """What the stacks would have made, in the AWS that `AWS_ENDPOINT_URL` names; its settings."""
    kms, sqs = boto3.client("kms"), boto3.client("sqs")
    for bucket in ("documents", "media", "files", "identity", "exports"):
        boto3.client("s3").create_bucket(Bucket=bucket)
        boto3.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    boto3.client("events").create_event_bus(Name="leasing")
    queues = {
        name: sqs.create_queue(
            QueueName=f"{name}.fifo" if queue.fifo else name,
            Attributes={"FifoQueue": "true"} if queue.fifo else {},
        )["QueueUrl"]
        for name, queue in QUEUES.items()
    }
    keys = {
        name: kms.create_key(KeyUsage=key.usage, KeySpec=key.spec)["KeyMetadata"]["KeyId"] for name, key in KEYS.items()
    }
    made = {
        **{
            name: name
            for name in ("documents", "media", "files", "identity", "exports", "export_secrets", "accounting_tokens")
        },
        "bus": "leasing",
        "saga": f"arn:aws:states:{REGION}:123456789012:stateMachine:leasing",
        "sockets": os.environ["AWS_ENDPOINT_URL"],
        "ses": "leasing@example.com",
        "sns_push": f"arn:aws:sns:{REGION}:123456789012:",
        "admin_secret": "database",
        **keys,
        **queues,
    }
    return {RESOURCES[name].variable: value for name, value in made.items()}


@pytest.fixture(scope="session", autouse=True)
def environment(postgres: Postgres, redis: Redis, aws: str, database: str) -> Iterator[None]:
    """The environment that the stacks give every function."""
    os.environ.update(settings(postgres, redis), LOG_LEVEL="CRITICAL")
    yield
    close_connections()


def settings(postgres: Postgres, redis: Redis) -> dict[str, str]:
    """What the stacks tell every function, but for resources and AWS itself."""
    return {
        "STAGE": "test",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "CORS_ORIGINS": "http://localhost:3000",
        "POWERTOOLS_SERVICE_NAME": "api",
        "LOG_LEVEL": "INFO",
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": str(postgres.port),
        "DATABASE_NAME": DATABASE,
        "DATABASE_SSLMODE": "disable",
        "VALKEY_HOST": "127.0.0.1",
        "VALKEY_PORT": str(redis.port),
        "VALKEY_NAME": "leasing",
        "VALKEY_USER": "app",
        "VALKEY_TLS": "0",
        "VALKEY_PATIENCE": VALKEY_PATIENCE,
        "SEALING_PATIENCE": "0",
        "RATE_LIMIT_SCALE": "1000",
        "WHATSAPP_A_DAY": "1000000",
        "SMS_A_DAY": "1000000",
    }


@pytest.fixture(scope="session")
def _world(database: str) -> Iterator[World]:
    world = World(database)
    yield world
    world.close()


@pytest.fixture
def world(_world: World) -> World:
    return _world


@pytest.fixture(scope="session")
def _arena(postgres: Postgres) -> Iterator[Arena]:
    arena = Arena.on(postgres)
    yield arena
    arena.close()


@pytest.fixture
def arena(_arena: Arena, environment: None) -> Iterator[Arena]:
    """A world whose database only races and the machine of tests/machine know: afterwards no promise is broken."""
    with _arena.entered():
        yield _arena
        assert _arena.broken() == {}


@pytest.fixture
def call():  # type: ignore[no-untyped-def]
    """`call(place_bid, as_=client, body={...})`: see tests/call.py."""
    return call_module.call


@pytest.fixture
def invoke():  # type: ignore[no-untyped-def]
    """`invoke(notify_people, *events)`: deliver events to a consumer; see tests/call.py."""
    return call_module.invoke


@pytest.fixture(scope="session")
def _days(postgres: Postgres) -> Iterator[World]:
    url = postgres.create_migrated_database("days")
    world = World(url)
    yield world
    world.close()


@pytest.fixture
def calendar(_days: World, call, environment: None):  # type: ignore[no-untyped-def]
    """Day jobs work on every lease there is, at a moment of the test's choosing: in a database of their own, which each
    test finds empty."""
    from tests.payments.lease import Calendar

    close_connections()
    shared, os.environ["DATABASE_NAME"] = os.environ["DATABASE_NAME"], "days"
    calendar = Calendar(_days, call)
    yield calendar
    calendar.reports_tie()
    close_connections()
    os.environ["DATABASE_NAME"] = shared
    assert untied(_days.database_url, [lease.contract for lease in calendar.leases]) == {}
    _days.empty()
