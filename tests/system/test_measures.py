"""Every request tells its measures in its own log line, in the format that CloudWatch reads."""

import io
import json
import time
from types import SimpleNamespace

import pytest

from functions.auth.login import login
from functions.realtime.connect import connect
from functions.spaces.get_space import get_space
from functions.system.check_liveness import check_liveness
from shared.kit import db, metrics
from shared.kit.db import reading
from shared.kit.log import logger
from shared.kit.request import Request, begin
from tests.realtime.sockets import Client

OVERALL = [["kind"], ["operation"]]


@pytest.fixture
def lines(monkeypatch):
    """The log lines since the last call."""
    written = io.StringIO()
    (handler,) = logger.handlers
    monkeypatch.setattr(handler, "stream", written)
    level = logger.log_level
    logger.setLevel("INFO")

    def read():
        found = [json.loads(line) for line in written.getvalue().splitlines()]
        written.seek(0)
        written.truncate()
        return found

    yield read
    logger.setLevel(level)


def measures(line):
    """Metric name → (dimension sets, unit); each is found in the line, with its dimensions."""
    found = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == "leasing/test"
        for names in directive["Dimensions"]:
            assert all(isinstance(line[name], str) for name in names)
        for metric in directive["Metrics"]:
            assert isinstance(line[metric["Name"]], int | float | list)
            found[metric["Name"]] = (directive["Dimensions"], metric["Unit"])
    return found


def test_a_request_writes_its_metrics_into_its_log_line(world, call, lines):
    space = world.space()
    lines()

    assert call(get_space, path={"space_id": space}).status == 200

    (line,) = [line for line in lines() if "_aws" in line]
    found = measures(line)
    assert found["Requests"] == ([["operation", "status"]], "Count")
    assert found["Duration"] == found["QueryDuration"] == (OVERALL, "Milliseconds")
    assert abs(line["_aws"]["Timestamp"] - time.time() * 1000) < 60_000
    assert (line["kind"], line["operation"], line["status"], line["Requests"]) == ("endpoint", "get_space", "200", 1)
    assert line["Duration"] == pytest.approx(line["metadata"]["duration_ms"], abs=1)
    # The log line of S0 §8.2 stands as it was.
    assert line["message"] == "get_space 200"
    assert line["endpoint"] == "/api/v1/spaces/{space_id}"
    assert line["method"] == "GET"


def test_a_refusal_is_counted_by_its_status(call, lines):
    assert call(get_space, path={"space_id": "none"}).status == 404

    (line,) = lines()
    assert (line["operation"], line["status"], line["Requests"]) == ("get_space", "404", 1)


def test_metrics_of_one_request_do_not_leak_into_the_next(call, lines):
    for _ in range(2):
        call(check_liveness)

    assert [line["Requests"] for line in lines()] == [1, 1]


def test_a_failed_login_is_counted(call, lines):
    assert call(login, body={"email": "nobody@example.com", "password": "Wrong-Horse-9!"}).status == 401

    (line,) = [line for line in lines() if "_aws" in line]
    assert line["FailedLogins"] == 1
    assert measures(line)["FailedLogins"] == (OVERALL, "Count")
    assert "nobody@example.com" not in json.dumps(line)


def test_an_opened_socket_is_counted(world, lines):
    assert Client().open(connect) == 200

    (line,) = [line for line in lines() if "_aws" in line]
    assert (line["operation"], line["status"], line["Requests"]) == ("connect", "200", 1)


def test_a_slow_query_is_counted_and_logged_with_its_statement(lines, monkeypatch):
    moments = iter((0.0, 0.11, 0.2, 0.201))
    monkeypatch.setattr(db, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    monkeypatch.setattr(metrics, "time", SimpleNamespace(monotonic=db.time.monotonic, time=time.time))
    begin(Request(get_space.operation, "slow"))
    with reading(None) as tx:
        tx.one("SELECT %(number)s AS two", {"number": 2})
        tx.one("SELECT 1 AS one")

    line = metrics.measured()
    assert line["SlowQueries"] == 1
    slow, quick = line["QueryDuration"]
    assert quick < metrics.SLOW_QUERY < slow
    (warning,) = lines()
    assert (warning["level"], warning["message"], warning["correlation_id"]) == ("WARNING", "slow query", "slow")
    assert warning["metadata"]["statements"] == ["SELECT %(number)s AS two"]


def test_a_metric_name_has_one_meaning_in_a_log_line(lines):
    begin(Request(get_space.operation, "id"))
    for pattern in ("space", "building", "space"):
        metrics.count("CacheHit", pattern=pattern)

    first = metrics.measured()
    (second,) = lines()

    assert (first["pattern"], first["CacheHit"]) == ("space", [1, 1])
    assert (second["pattern"], second["CacheHit"]) == ("building", 1)
    assert measures(first) == measures(second) == {"CacheHit": ([["pattern"]], "Count")}


def test_a_metric_by_two_kinds_of_dimensions_takes_two_lines(lines):
    begin(Request(get_space.operation, "id"))
    metrics.count("CacheHit", pattern="space")
    metrics.count("CacheHit", 5)

    first = metrics.measured()
    (second,) = lines()

    assert (measures(first)["CacheHit"], first["CacheHit"]) == (([["pattern"]], "Count"), 1)
    assert (measures(second)["CacheHit"], second["CacheHit"]) == ((OVERALL, "Count"), 5)


def test_a_metric_is_not_reported_twice():
    begin(Request(get_space.operation, "id"))
    metrics.count("CacheHit")

    assert metrics.measured()["CacheHit"] == 1
    assert metrics.measured() == {}


def test_a_metric_keeps_at_most_a_hundred_values_a_line():
    begin(Request(get_space.operation, "id"))
    for _ in range(250):
        metrics.count("CacheMiss", pattern="space")
        metrics.count("QueryDuration", 2.5, metrics.MILLISECONDS)

    line = metrics.measured()
    assert len(line["CacheMiss"]) == len(line["QueryDuration"]) == 100
    assert sum(line["CacheMiss"]) == 250
