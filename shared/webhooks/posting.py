"""One POST to an address that somebody else names: bounded in time and size, only to a public address.

The name is resolved here, and the connection goes to the address that was checked, so that a name which resolves to
another one a moment later gains nothing. No redirect is followed.
"""

import io
import socket
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from typing import NamedTuple
from urllib.parse import urlsplit

from shared.kit.addresses import NotPublic, public_address

SECONDS = 10.0
MOST = 64 * 1024
"""Bytes of an answer that are read."""
KEPT = 1024
"""Bytes of it that are kept."""

_contexts: list[ssl.SSLContext] = []


class Outcome(NamedTuple):
    """What came of an attempt."""

    status_code: int | None
    duration_ms: int
    response: str | None
    error: str | None


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float = SECONDS) -> Outcome:
    """Send the body, and read what is answered. Raises nothing: an error is an outcome."""
    begun = time.monotonic()
    status: int | None = None
    response = error = None
    try:
        status, response = _exchange(url, body, headers, begun + seconds)
        if not 200 <= status < 300:
            error = "The answer was not a success." if status < 300 or status >= 400 else "Redirects are not followed."
    except NotPublic as why:
        error = f"The host {why}."
    except TimeoutError:
        error = f"There was no answer within {seconds:g} seconds."
    except ssl.SSLError as why:
        error = f"TLS failed: {why.reason or 'no certificate that we trust'}."
    except (OSError, HTTPException, ValueError) as why:
        error = f"The connection failed: {type(why).__name__}."
    return Outcome(status, round((time.monotonic() - begun) * 1000), response, error)


def _exchange(url: str, body: bytes, headers: Mapping[str, str], until: float) -> tuple[int, str]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = public_address(host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    told = {"host": parts.netloc, "connection": "close", "content-length": str(len(body)), **headers}
    head = "".join([f"POST {path} HTTP/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in told.items()), "\r\n"])
    with socket.create_connection((address, port), timeout=_left(until)) as plain:
        connected = _over_tls(plain, host) if parts.scheme == "https" else plain
        with connected:
            connected.settimeout(_left(until))
            connected.sendall(head.encode("ascii") + body)
            # With `method`, an answer's length is read as that of a POST.
            answer = HTTPResponse(_Bounded(connected, until), method="POST")  # type: ignore[arg-type]
            answer.begin()
            return answer.status, _text(answer.read(MOST))


def _over_tls(plain: socket.socket, host: str) -> ssl.SSLSocket:
    if not _contexts:
        # Reading the certificates of all authorities takes longer than a POST.
        _contexts.append(ssl.create_default_context())
    return _contexts[0].wrap_socket(plain, server_hostname=host)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _text(content: bytes) -> str:
    return content[:KEPT].decode("utf-8", "replace").replace("\x00", "\ufffd")


class _Bounded(io.RawIOBase):
    """A connection that is read until a moment, however slowly it sends."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection, self._until = connection, until

    def makefile(self, mode: str) -> io.BufferedReader:
        """What HTTPResponse reads from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._connection.settimeout(_left(self._until))
        return self._connection.recv_into(buffer)
