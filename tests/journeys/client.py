"""A client such as a stranger would write: HTTP and WebSocket, and nothing of the product's code."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as websockets_connect

from local.platform import Platform
from tests import privacy

PASSWORD = "Journey-Passw0rd"
PATIENCE = 180.0
PATIENT = {"VALKEY_PATIENCE": "120"}
"""What the functions of a platform are told where Valkey's slowness is not what a journey is about."""
API = "/api/v1"

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; what came twice, joined by a comma."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body, parse_float=Decimal)

    @property
    def code(self) -> str:
        """The code of a refusal."""
        return str(self.json["error"]["code"])


def send(
    url: str,
    method: str,
    path: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = PATIENCE,
) -> Answer:
    """One request on a connection of its own; `body` is sent as it is where it is bytes, else as JSON."""
    content = body if body is None or isinstance(body, bytes) else json.dumps(body, default=str).encode()
    kind = {} if content is None else {"Content-Type": "application/json"}
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=timeout)) as connection:
        connection.request(method, path, content, {**kind, **(headers or {})})
        response = connection.getresponse()
        found: dict[str, str] = {}
        for name, value in response.getheaders():
            found[name.lower()] = f"{found[name.lower()]},{value}" if name.lower() in found else value
        answer = Answer(response.status, found, response.read())
        if answer.status >= 400:
            privacy.hear(answer.body.decode())
        return answer


def register(platform: Platform, role: str, **fields: str) -> Answer:
    """The answer to a registration with an address that nobody has."""
    unique = f"{role.lower()}.{time.time_ns()}.{threading.get_ident()}"
    name = f"{privacy.NAME} {unique}"
    body = {"email": f"{unique}@example.com", "password": PASSWORD, "name": name, "role": role, **fields}
    return send(platform.url, "POST", f"{API}/auth/register", body)


class Person:
    """Somebody who has registered."""

    def __init__(self, platform: Platform, role: str, **fields: str) -> None:
        self.platform = platform
        answer = register(platform, role, **fields)
        assert answer.status == 201, answer.body
        self.token: str = answer.json["token"]
        self.refresh_token: str = answer.json["refresh_token"]
        self.id: str = answer.json["user"]["id"]
        self.email: str = answer.json["user"]["email"]
        self.name: str = answer.json["user"]["name"]

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        key: str | None = None,
        timeout: float = PATIENCE,
        **headers: str,
    ) -> Answer:
        """One request below /api/v1, whatever its answer."""
        named = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {}), **headers}
        return send(self.platform.url, method, f"{API}{path}", body, named, timeout)

    def get(self, path: str, **query: Any) -> Any:
        """What a GET that must succeed answers."""
        return _content(self.ask("GET", f"{path}?{urlencode(query)}" if query else path))

    def do(self, method: str, path: str, **body: Any) -> Any:
        """What a change that must succeed answers."""
        return _content(self.ask(method, path, body))

    def download(self, path: str) -> bytes:
        """A document."""
        answer = self.ask("GET", path)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf"), answer.body
        return answer.body

    @contextmanager
    def listening(self) -> Iterator["Ear"]:
        """A socket of theirs."""
        with connect(f"{self.platform.ws_url}?token={self.token}") as socket:
            yield Ear(socket)


def _content(answer: Answer) -> Any:
    assert answer.status in (200, 201, 204), (answer.status, answer.body)
    return answer.json if answer.body else None


def connect(url: str) -> ClientConnection:
    """A socket that waits for a slow machine."""
    return websockets_connect(url, open_timeout=PATIENCE, ping_interval=None, max_queue=None)


class Ear:
    """An open socket, and everything it has heard so far."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        self._read = 0

    def say(self, frame: Any) -> None:
        """Send a frame: as it is where it is text, else as JSON."""
        self.socket.send(frame if isinstance(frame, str) else json.dumps(frame))

    def ask(self, event: str, data: dict[str, Any], request_id: str) -> dict[str, Any]:
        """Send an event and wait for the frame that answers it."""
        self.say({"event": event, "data": data, "request_id": request_id})
        while True:
            frame = self.next()
            if frame.get("request_id") == request_id:
                return frame

    def next(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """The next frame. Raises TimeoutError."""
        if self._read == len(self.heard):
            self.heard.append(json.loads(self.socket.recv(timeout=seconds)))
        self._read += 1
        return self.heard[self._read - 1]

    def hear(self, event: str, **fields: Any) -> dict[str, Any]:
        """The data of the next such frame with such fields. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE
        while True:
            frame = self.next(max(deadline - time.monotonic(), 0))
            data: dict[str, Any] = frame["data"]
            if frame["event"] == event and all(data[name] == value for name, value in fields.items()):
                return data

    def hear_out(self, platform: Platform) -> None:
        """Listen to everything that has been said so far: until the platform is done with it, and it has come."""
        platform.control("queues", "settle")
        try:
            while True:
                self.next(1.0)
        except TimeoutError:
            return

    def news(self) -> list[tuple[str, str]]:
        """All notifications heard: title and message."""
        heard = [frame["data"] for frame in self.heard if frame["event"] == "notification:new"]
        return [(data["title"], data["message"]) for data in heard]


def refused(person: Person) -> tuple[Answer, float]:
    """The 401 that ends a session's access token, and when it was last used with success.

    That is the moment of asking: when answers come is the machine's affair.
    """
    let_in = time.monotonic()

    def ask() -> Answer | None:
        nonlocal let_in
        asked = time.monotonic()
        answer = person.ask("GET", "/users/me")
        if answer.status == 401:
            return answer
        let_in = asked
        return None

    return until(ask), let_in


def until(what: Callable[[], T | None], seconds: float = PATIENCE) -> T:
    """Ask until there is an answer. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (found := what()) is not None and found is not False:
            return found
        time.sleep(0.03)
    raise TimeoutError(f"not within {seconds} s")
