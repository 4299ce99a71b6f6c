import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest
from botocore.config import Config

from functions.realtime import push_frames as module
from functions.realtime.push_frames import push_frames
from tests.realtime.sockets import deliver, queued
from tests.serving import serve

PATIENCE = 120.0


class Gateway:
    """API Gateway's @connections, with sockets that are gone, busy, or answered in company only."""

    def __init__(self):
        self.heard: list[tuple[str, str, str]] = []
        self.gone: set[str] = set()
        self.busy: dict[str, int] = {}
        self.company = 0
        """How many must be asking at once before anybody is answered."""
        self.lock = threading.Condition()
        self.at_once = self.most_at_once = 0

    def answer(self, method, connection, text):
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.lock.notify_all()
            if not self.lock.wait_for(lambda: self.most_at_once >= self.company, PATIENCE / 2):
                self.company = 0
            self.at_once -= 1
            if connection in self.gone:
                return 410, "GoneException"
            if self.busy.get(connection, 0) > 0:
                self.busy[connection] -= 1
                return 429, "LimitExceededException"
            self.heard.append((method, connection, text))
            return 200, ""


@pytest.fixture
def gateway(monkeypatch):
    queued("SOCKETS_TO_CLOSE_QUEUE_URL")
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self):
            text = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            connection = unquote(self.path.partition("/@connections/")[2])
            status, error = gateway.answer(self.command, connection, text)
            body = b"{}"
            self.send_response(status)
            if error:
                self.send_header("x-amzn-errortype", error)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_DELETE = _serve

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serve(server)
    patient = Config(connect_timeout=PATIENCE, read_timeout=PATIENCE)
    monkeypatch.setattr(module, "_CONFIG", module._CONFIG.merge(patient))
    monkeypatch.setenv("SOCKET_ENDPOINT", f"http://127.0.0.1:{server.server_port}/prod")
    queued("SOCKETS_TO_CLOSE_QUEUE_URL")
    yield gateway
    server.shutdown()
    server.server_close()


def message(connection, *frames):
    return {"connection_id": connection, "frames": frames or None, "correlation_id": "c"}


def push(*messages):
    return deliver(push_frames, *messages, groups=[each["connection_id"] for each in messages])


def test_frames_reach_their_sockets_in_order(gateway):
    assert push(message("a=", "1", "2"), message("b=", "1"), message("a=", "3")) == []

    assert [text for _, socket, text in gateway.heard if socket == "a="] == ["1", "2", "3"]
    assert [text for _, socket, text in gateway.heard if socket == "b="] == ["1"]


def test_frames_of_different_sockets_do_not_wait_for_each_other(gateway):
    gateway.company = 2

    assert push(*(message(f"{number}=", "x") for number in range(10))) == []

    assert gateway.most_at_once >= 2


def test_a_queued_closing_closes_the_socket(gateway):
    assert push(message("a=")) == []

    assert gateway.heard == [("DELETE", "a=", "")]


def test_a_gone_socket_is_reported_and_the_others_receive_their_frames(gateway):
    gateway.gone = {"a="}

    assert push(message("a=", "1"), message("b=", "1")) == []

    [doubt] = queued("SOCKETS_TO_CLOSE_QUEUE_URL")
    assert (doubt["connection_id"], doubt["is_gone"]) == ("a=", True)
    assert gateway.heard == [("POST", "b=", "1")]


def test_a_busy_gateway_is_retried(gateway):
    gateway.busy = {"a=": 2}

    assert push(message("a=", "1")) == []

    assert gateway.heard == [("POST", "a=", "1")]


@pytest.mark.slow
def test_a_frame_that_cannot_be_pushed_keeps_its_place_in_the_queue(gateway):
    gateway.busy = {"a=": 100}

    failed = push(message("a=", "1"), message("b=", "1"), message("a=", "2"))

    assert failed == ["message-0", "message-2"]
    assert gateway.heard == [("POST", "b=", "1")]


def on_channel(*connections, frame="1"):
    return {"connection_ids": list(connections), "frames": [frame], "correlation_id": "c"}


def test_a_channels_frame_reaches_each_of_its_sockets_in_order(gateway):
    messages = [on_channel("a=", "b=", frame="1"), on_channel("a=", "b=", frame="2"), on_channel("c=", frame="1")]

    assert deliver(push_frames, *messages, groups=["x-1", "x-1", "x-2"]) == []

    assert {socket: [text for _, one, text in gateway.heard if one == socket] for socket in ("a=", "b=", "c=")} == {
        "a=": ["1", "2"], "b=": ["1", "2"], "c=": ["1"],
    }  # fmt: skip


def test_a_socket_of_a_channel_that_is_gone_is_reported_and_the_others_receive_the_frame(gateway):
    gateway.gone = {"b="}

    assert deliver(push_frames, on_channel("a=", "b=", "c="), groups=["x-1"]) == []

    assert [socket for _, socket, _ in gateway.heard] == ["a=", "c="]
    assert [doubt["connection_id"] for doubt in queued("SOCKETS_TO_CLOSE_QUEUE_URL")] == ["b="]


@pytest.mark.slow
def test_one_socket_that_cannot_be_reached_keeps_nobody_else_from_hearing(gateway):
    gateway.busy = {"a=": 5}

    assert deliver(push_frames, on_channel("a=", "b=", "c="), groups=["x-1"]) == ["message-0"]
    assert [socket for _, socket, _ in gateway.heard] == ["b=", "c="]

    # The queue brings it again, as after a push that was killed in the middle: nobody misses it.
    assert deliver(push_frames, on_channel("a=", "b=", "c="), groups=["x-1"]) == []
    assert {socket for _, socket, _ in gateway.heard} == {"a=", "b=", "c="}
