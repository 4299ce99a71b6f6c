"""Serves PORT: the HTTP APIs, the WebSocket API at `/ws`, public files as CloudFront does, and below `/_local/` what
only this platform has."""

import contextlib
import json
import time
from collections.abc import Iterator
from urllib.parse import parse_qs

from local.cloud.asgi import App, Receive, Scope, Send, TooLarge, read_body, respond
from local.cloud.aws.mailbox import Mailbox
from local.cloud.edge.cdn import Cdn
from local.cloud.edge.domain import Domain
from local.cloud.edge.socket_api import SocketApi
from local.cloud.triggers.clock import BadRequest, Clock, read_days, refusal

JSON_TYPE = [("content-type", "application/json")]


class Front:
    """The ASGI application of the whole platform."""

    def __init__(
        self, http: Domain, cdn: Cdn, sockets: SocketApi, mailbox: Mailbox, clock: Clock, gives_way: str
    ) -> None:
        """`gives_way` is the user agent whose requests are not counted as people's."""
        self.http = http
        self.cdn = cdn
        self.sockets = sockets
        self.mailbox = mailbox
        self.clock = clock
        self._gives_way = (b"user-agent", gives_way.encode())
        self._open_requests, self._last_request = 0, 0.0

    def application(self) -> App:
        return self._serve

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["type"] == "websocket":
            if path == "/ws":
                await self.sockets.serve(scope, receive, send)
            else:
                await receive()
                headers = [(b"content-type", b"application/json")]
                await send({"type": "websocket.http.response.start", "status": 404, "headers": headers})
                await send({"type": "websocket.http.response.body", "body": b'{"message":"Not Found"}'})
        elif path.startswith("/_local/"):
            await self._local(scope, receive, send)
        elif path == "/ws":
            # API Gateway's answer to a request that does not upgrade.
            await respond(send, 426, JSON_TYPE, b'{"message":"Upgrade Required"}')
        elif self.cdn.serves(path):
            await self.cdn.serve(scope, receive, send)
        else:
            with self._counted(scope):
                await self.http.serve(scope, receive, send)

    @contextlib.contextmanager
    def _counted(self, scope: Scope) -> Iterator[None]:
        if self._gives_way in scope["headers"]:
            yield
            return
        self._open_requests += 1
        try:
            yield
        finally:
            self._open_requests -= 1
            self._last_request = time.monotonic()

    def is_quiet(self) -> bool:
        """Whether nobody except the client that gives way has sent a request in the last second."""
        return not self._open_requests and time.monotonic() - self._last_request > 1

    async def _local(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The two operations that exist on the local platform only."""
        match scope["method"], scope["path"]:
            case "GET", "/_local/mailbox":
                wanted = parse_qs(scope["query_string"].decode()).get("to", [None])[0]
                body = json.dumps({"data": self.mailbox.to(wanted)}).encode()
                await respond(send, 200, JSON_TYPE, body)
            case "POST", "/_local/clock":
                try:
                    days = read_days(await read_body(receive, 10_000))
                    answer = json.dumps(await self.clock.advance(days)).encode()
                    await respond(send, 200, JSON_TYPE, answer)
                except BadRequest as error:
                    await respond(send, 400, JSON_TYPE, refusal(error))
                except TooLarge:
                    await respond(send, 413, JSON_TYPE, b'{"message":"Request Entity Too Large"}')
            case _:
                await respond(send, 404, JSON_TYPE, b'{"message":"Not Found"}')
