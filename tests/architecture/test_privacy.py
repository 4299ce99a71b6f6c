"""Whatever becomes of a request, no line that it leaves and no refusal tells who it was about (quality 75).

Every other test is heard, too (tests/privacy.py, tests/conftest.py); here each operation is driven on purpose to its
success, its refusals and a defect, with secrets wherever a caller may put one.
"""

import importlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from functions.leasing.void_contract import void_contract
from local.cloud.data.postgres import SETTINGS
from shared.kit import catalog, task
from shared.kit.catalog import Role
from shared.kit.log import logger
from stacks.database import DISCREET
from tests import privacy
from tests.architecture.templates import Templates
from tests.call import call
from tests.fuzz.places import plain_body
from tests.realtime.sockets import Client
from tests.successes import Successes
from tests.world import PASSWORD, PASSWORD_HASH, World

OPERATIONS = catalog.load()
ENDPOINTS = catalog.requested(OPERATIONS)
QUEUES = [each for each in OPERATIONS if each.kind in ("consumer", "worker")]
SECRET = f"{privacy.NAME} nightingale@example.com {privacy.PHONE} {PASSWORD} {PASSWORD_HASH}"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJuaWdodGluZ2FsZSJ9.c2lnbmF0dXJl"


@pytest.fixture(scope="module")
def successes(_world: World) -> Successes:
    return Successes(_world)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[str]]]:
    """What has been logged so far."""
    (handler,) = logger.handlers
    monkeypatch.setattr(handler, "stream", written := io.StringIO())
    level = logger.log_level
    logger.setLevel("INFO")
    yield lambda: written.getvalue().splitlines()
    logger.setLevel(level)


def endpoint_of(operation: Any) -> Any:
    return getattr(importlib.import_module(operation.module), operation.name)


def broken(*arguments: Any, **named: Any) -> Any:
    raise RuntimeError(SECRET)


@pytest.mark.parametrize("text", SECRET.split()[:-1] + [PASSWORD_HASH, TOKEN, "123 Main St", "aB3" * 14])
def test_a_leaked_secret_is_detected_in_every_encoding(text: str) -> None:
    privacy.hear(f'{{"message":"defect","metadata":{{"value":"{text}"}}}}')

    assert len(privacy.leaks) == 1
    privacy.leaks.clear()


def test_the_logs_of_a_platform_are_searched_for_secrets(tmp_path: Path) -> None:
    """As tests/journeys/conftest.py does whenever one stops."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "login.log").write_text(f'{{"message":"login 200"}}\n{{"message":"{SECRET}"}}\n')

    assert privacy.leaks_in_logs(tmp_path) == [f'{{"message":"{SECRET}"}}']
    assert privacy.leaks_in_messages(["{}", SECRET]) == [SECRET]


@pytest.mark.parametrize(
    "operation", [each for each in ENDPOINTS if each.name in dir(Successes)], ids=lambda operation: operation.name
)
def test_a_success_logs_no_personal_data(operation: Any, successes: Successes, lines: Any) -> None:
    asked = successes.asked(operation.name)
    headers = {"user-agent": SECRET, "x-refresh-token": SECRET, "x-correlation-id": SECRET}
    before = len(lines())

    reply = call(endpoint_of(operation), **asked | {"headers": headers | (asked.get("headers") or {})})

    assert reply.status < 400, reply.body
    assert [json.loads(line)["message"] for line in lines()[before:]][-1] == f"{operation.name} {reply.status}"


@pytest.mark.parametrize("operation", ENDPOINTS, ids=lambda operation: operation.name)
def test_a_refusal_logs_no_personal_data(
    operation: Any, world: World, lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = endpoint_of(operation)
    path = dict.fromkeys(endpoint.path_names, SECRET) or None
    body = plain_body(operation.name)
    headers = {"authorization": f"Bearer {TOKEN}", "user-agent": SECRET, "cookie": SECRET}
    anybody = world.user(next(iter(operation.access), Role.CLIENT))
    attempts: list[dict[str, Any]] = [
        {"as_": None, "headers": headers, "body": body},
        {"as_": None, "body": body | dict.fromkeys(body, SECRET)},
        {"as_": world.user(Role.CONTRACTOR), "body": body},
        {"as_": anybody, "body": dict.fromkeys(body, SECRET), "key": SECRET},
        {"as_": anybody, "body": f'{{"{SECRET}'},
        {"as_": anybody, "query": {"token": SECRET}},
    ]

    statuses = [call(endpoint, path=path, **asked).status for asked in attempts]
    monkeypatch.setattr(endpoint, "_bind", broken)
    defect = call(endpoint, as_=anybody, path=path)

    assert any(400 <= status < 500 for status in statuses) or not (operation.access or body or path)
    assert (defect.status, defect.code) == (500, "INTERNAL_ERROR")
    assert len(lines()) >= len(attempts) + 1


@pytest.mark.parametrize("operation", [each for each in ENDPOINTS if each.socket], ids=lambda operation: operation.name)
def test_a_frame_logs_no_personal_data(operation: Any, world: World, lines: Any) -> None:
    from functions.realtime.authenticate import authenticate
    from functions.realtime.connect import connect

    assert Client().open(connect, token=TOKEN) == 401
    socket = Client()
    assert socket.open(connect, token=world.client().token()) == 200
    frames = [
        socket.say(authenticate, "auth", {"token": TOKEN}),
        socket.say(endpoint_of(operation), operation.socket.event, dict.fromkeys(plain_body(operation.name), SECRET)),
        socket.send(endpoint_of(operation), f'{{"event": "{SECRET}'),
    ]

    assert [frame["event"] for frame in frames] == ["error"] * 3
    for frame in frames:
        privacy.hear(json.dumps(frame))
    assert len(lines()) == 5


@pytest.mark.parametrize("operation", QUEUES, ids=lambda operation: operation.name)
def test_a_failing_message_logs_no_personal_data(operation: Any, lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"correlation_id": "c", "connection_id": SECRET, "frames": 1, "detail": {"id": SECRET}})
    record = {"messageId": "m", "body": body, "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": "g"}}

    monkeypatch.setattr(endpoint_of(operation), "handle", broken)

    assert endpoint_of(operation)({"Records": [record]}, None)["batchItemFailures"] != []
    assert len(lines()) == 1


def test_a_failing_step_does_not_quote_its_row(lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a step raises stands in its log and in the saga's history."""

    def refuse(*arguments: Any) -> Any:
        raise psycopg.errors.UniqueViolation(f"Key (email)=({SECRET}) already exists.")

    monkeypatch.setattr(task, "perform", refuse)

    with pytest.raises(psycopg.errors.UniqueViolation) as raised:
        void_contract({}, None)

    assert str(raised.value) == "23505"
    assert len(lines()) == 1


def test_the_databases_log_has_statements_without_values(dev: Templates) -> None:
    groups = [found["Parameters"] for _, _, found in dev.all("AWS::RDS::DBClusterParameterGroup")]

    assert groups
    for parameters in groups:
        assert DISCREET.items() <= parameters.items()
    assert SETTINGS["log_error_verbosity"] == DISCREET["log_error_verbosity"] == "terse"
