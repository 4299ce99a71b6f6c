"""What the probes say when the parts answer, and when they do not."""

import json

import pytest

from functions.system.check_health import check_health
from functions.system.check_liveness import check_liveness
from functions.system.check_readiness import check_readiness
from tests.call import together
from tests.printed import assert_like


@pytest.fixture
def without(monkeypatch):
    """Take a part away, in a thread of its own whose connections are new."""

    def take(part: str) -> None:
        if part == "redis":
            monkeypatch.setenv("VALKEY_PORT", "9")
        elif part == "database":
            monkeypatch.setenv("DATABASE_PORT", "9")
        else:
            monkeypatch.setenv("DOCUMENTS_BUCKET", "no-such-bucket")

    return take


def alone(action):
    """Run with connections of its own."""
    return together([action])[0]


def test_health_checks_every_dependency(call):
    reply = call(check_health)

    assert reply.status == 200
    assert reply.json["status"] == "healthy"
    assert reply.json["services"] == {"database": "healthy", "redis": "healthy", "storage": "healthy"}
    assert reply.json["timestamp"].endswith("Z")


def test_health_ready_and_live_are_as_s0_prints_them(call):
    printed = """{
      "status": "healthy",
      "timestamp": "2025-01-27T12:00:00Z",
      "services": {
        "database": "healthy",
        "redis": "healthy",
        "storage": "healthy"
      }
    }"""

    health = call(check_health)

    assert health.status == 200
    assert_like(json.loads(printed), health.json)
    assert set(health.json) == set(json.loads(printed))
    assert (call(check_readiness).status, call(check_liveness).status) == (200, 200)
    assert [probe.operation.path for probe in (check_health, check_readiness, check_liveness)] == [
        "/health",
        "/ready",
        "/live",
    ]


@pytest.mark.parametrize(
    ("part", "status", "health", "ready"),
    [
        ("database", "unhealthy", 503, 503),
        ("storage", "unhealthy", 503, 200),
        ("redis", "degraded", 200, 503),
    ],
)
def test_a_dependency_that_does_not_respond_is_named(call, without, part, status, health, ready):
    without(part)

    reply = alone(lambda: call(check_health))
    assert (reply.status, reply.json["status"]) == (health, status)
    assert [name for name, condition in reply.json["services"].items() if condition == "unhealthy"] == [part]
    assert alone(lambda: call(check_readiness)).status == ready
    assert alone(lambda: call(check_liveness)).status == 200


def test_a_dead_connection_is_replaced(call, world):
    call(check_health)
    world.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'check_health'")

    assert call(check_health).json["services"]["database"] == "healthy"


def test_health_checks_are_not_rate_limited(call):
    assert "x-ratelimit-limit" not in call(check_liveness).headers
