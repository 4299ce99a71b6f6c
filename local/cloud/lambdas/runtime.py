"""Lambda's Runtime API for one worker: it fetches its next event here and posts the result.

Source: AWS Lambda Developer Guide, "Using the Lambda runtime API". Each worker has its own port, as each execution
environment has its own address in Lambda.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Protocol

BASE = "/2018-06-01/runtime/"


class Listener(Protocol):
    """Is notified of what the worker does."""

    def asked_for_work(self, answer: Callable[[dict[str, str], bytes], None]) -> None:
        """The worker waits; `answer` gives it an event."""

    def finished(self, request_id: str, payload: bytes, failed: bool) -> None:
        """The worker answered an event, or reports that its function raised."""

    def failed_to_start(self, payload: bytes) -> None:
        """The worker could not load its function."""


class RuntimeApi(asyncio.Protocol):
    """One connection of a worker's client."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.received = bytearray()
        self.transport: asyncio.Transport | None = None
        self.promised = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (narrows the type; TCP always gives one)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while True:
            head_end = self.received.find(b"\r\n\r\n")
            if head_end < 0:
                return
            lines = self.received[:head_end].decode("latin-1").split("\r\n")
            method, path, _ = lines[0].split(" ", 2)
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            length = int(headers.get("content-length", 0))
            if len(self.received) < head_end + 4 + length:
                # curl sends Expect: 100-continue before a large body.
                if headers.get("expect") and not self.promised:
                    self.promised = True
                    self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            body = bytes(self.received[head_end + 4 : head_end + 4 + length])
            del self.received[: head_end + 4 + length]
            self.promised = False
            self._serve(method, path.removeprefix(BASE), body)

    def _serve(self, method: str, path: str, body: bytes) -> None:
        if method == "GET" and path == "invocation/next":
            self.listener.asked_for_work(lambda headers, event: self._answer("200 OK", headers, event))
            return
        self._answer("202 Accepted", {}, b'{"status": "OK"}')
        if path == "init/error":
            self.listener.failed_to_start(body)
        else:
            _, request_id, outcome = path.split("/")
            self.listener.finished(request_id, body, failed=outcome == "error")

    def _answer(self, status: str, headers: dict[str, str], body: bytes) -> None:
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)

    def _write(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)


def error_payload(kind: str, message: str) -> bytes:
    """What Lambda answers instead of a function that could not finish."""
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
