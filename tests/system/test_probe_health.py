"""The platform asks itself from outside whether it is healthy."""

from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from functions.system.probe_health import probe_health
from shared.kit import metrics
from tests.serving import serve

FLUSH = metrics.measured


class Front(BaseHTTPRequestHandler):
    """A public address that answers /health as it is told to."""

    def do_GET(self):
        self.send_response(self.server.answer if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def front(monkeypatch):
    with HTTPServer(("127.0.0.1", 0), Front) as server:
        serve(server)
        monkeypatch.setenv("PUBLIC_URL", f"http://127.0.0.1:{server.server_port}")
        yield server
        server.shutdown()


@pytest.fixture
def told(monkeypatch):
    """What the job's log line measured."""
    lines = []
    monkeypatch.setattr(metrics, "measured", lambda: lines.append(FLUSH()) or {})
    return lines


@pytest.mark.parametrize(("status", "healthy"), [(200, 1), (503, 0), (429, 0)])
def test_the_answer_of_a_health_probe_becomes_a_metric(front, told, status, healthy):
    front.answer = status

    probe_health({}, None)

    assert [line["Healthy"] for line in told] == [healthy]


def test_a_failed_health_probe_becomes_a_metric(monkeypatch, told):
    monkeypatch.setenv("PUBLIC_URL", "http://127.0.0.1:9")

    probe_health({}, None)

    assert [line["Healthy"] for line in told] == [0]
