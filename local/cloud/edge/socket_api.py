"""The WebSocket API: what API Gateway does between a socket and the functions.

Source: API Gateway Developer Guide, "Working with WebSocket APIs". Messages of one connection are processed
concurrently: API Gateway guarantees no order, and a client that needs one waits for each answer.
"""

import asyncio
import base64
import json
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from local.cloud.asgi import Receive, Scope, Send
from local.cloud.edge.throttle import Throttles
from local.cloud.lambdas.fleet import Lambdas
from local.cloud.lambdas.function import Result, Throttled
from local.cloud.templates.routes import Api

FRAME_LIMIT = 32 * 1024
MESSAGE_LIMIT = 128 * 1024
IDLE_SECONDS = 600.0
LIFE_SECONDS = 7200.0


class FrameLimit(WebSocketsSansIOProtocol):
    """Closes a connection that sends a frame over 32 KB, as API Gateway does."""

    def handle_text(self, event: Frame) -> None:
        if not self._is_too_large(event):
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        if not self._is_too_large(event):
            super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        if not self._is_too_large(event):
            super().handle_cont(event)

    def _is_too_large(self, event: Frame) -> bool:
        if len(event.data) <= FRAME_LIMIT:
            return False
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1009})
        self.conn.send_close(1009, "frame too large")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()
        return True


@dataclass(eq=False)
class Connection:
    """One open socket."""

    id: str
    send: Send
    context: Mapping[str, Any]
    opened: float = field(default_factory=time.time)
    active: float = field(default_factory=time.time)
    # Frames must not interleave with each other or with the closing.
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    closed: asyncio.Event = field(default_factory=asyncio.Event)


class SocketApi:
    """The ASGI application of the WebSocket API, and its `@connections`."""

    def __init__(self, api: Api, lambdas: Lambdas, scale: float) -> None:
        self.api = api
        self.lambdas = lambdas
        self.throttles = Throttles(api.stage, scale)
        self.connections: dict[str, Connection] = {}

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, from its handshake to its end."""
        await receive()
        connection = Connection(_new_id(), send, self._context(scope))
        refused = await self._connect(connection, scope)
        if refused:
            headers = [(b"content-type", b"application/json")]
            start = {"type": "websocket.http.response.start", "status": refused, "headers": headers}
            await send(start)
            body = b'{"message":"Forbidden"}' if refused == 403 else b'{"message":"Unauthorized"}'
            await send({"type": "websocket.http.response.body", "body": body})
            return
        await send({"type": "websocket.accept"})
        self.connections[connection.id] = connection
        try:
            code = await self._converse(connection, receive)
        finally:
            self.connections.pop(connection.id, None)
        await self._disconnect(connection, code)

    async def post(self, connection_id: str, data: bytes) -> bool:
        """Send a frame to a connection; False when it is gone."""
        connection = self.connections.get(connection_id)
        return connection is not None and await self._send(connection, data.decode(errors="replace"))

    async def delete(self, connection_id: str) -> bool:
        """Close a connection; False when it is gone."""
        connection = self.connections.get(connection_id)
        if connection is None:
            return False
        connection.closed.set()
        return True

    def describe(self, connection_id: str) -> dict[str, object] | None:
        """What GetConnection answers."""
        connection = self.connections.get(connection_id)
        if connection is None:
            return None
        return {
            "connectedAt": _iso(connection.opened),
            "lastActiveAt": _iso(connection.active),
            "identity": connection.context["identity"],
        }

    async def _connect(self, connection: Connection, scope: Scope) -> int:
        """The status with which the handshake is refused, 0 when it is not."""
        if "$connect" not in self.api.routes:
            return 0
        if not self.throttles.take("$connect"):
            return 429
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        event: dict[str, Any] = {
            **self._event(connection, "$connect", "CONNECT"),
            "headers": dict(headers),
            "multiValueHeaders": _grouped(headers),
        }
        if query:
            event |= {"queryStringParameters": dict(query), "multiValueQueryStringParameters": _grouped(query)}
        result = await self._invoke("$connect", event)
        if result is None or result.failed:
            return 502
        status = _status(result)
        return 0 if 200 <= status < 300 else status if 400 <= status < 600 else 502

    async def _converse(self, connection: Connection, receive: Receive) -> int:
        """Work on messages until the connection ends; returns its close code."""
        work: set[asyncio.Task[None]] = set()
        closing = asyncio.create_task(connection.closed.wait())
        try:
            while True:
                reading = asyncio.ensure_future(receive())
                now = time.time()
                patience = min(IDLE_SECONDS, connection.opened + LIFE_SECONDS - now)
                done, _ = await asyncio.wait(
                    [reading, closing], timeout=max(patience, 0), return_when=asyncio.FIRST_COMPLETED
                )
                if reading not in done:
                    reading.cancel()
                    if not done and time.time() - connection.active < IDLE_SECONDS:
                        # Frames that we sent count as activity too.
                        if time.time() - connection.opened < LIFE_SECONDS:
                            continue
                    await self._close(connection, 1000 if closing in done else 1001)
                    return 1000 if closing in done else 1001
                message = reading.result()
                if message["type"] == "websocket.disconnect":
                    return int(message.get("code") or 1005)
                connection.active = time.time()
                task = asyncio.create_task(self._message(connection, message))
                work.add(task)
                task.add_done_callback(work.discard)
        finally:
            closing.cancel()

    async def _message(self, connection: Connection, message: Mapping[str, Any]) -> None:
        text = message.get("text")
        route = self._select(text)
        if route is None:
            await self._send_error(connection, "Forbidden")
            return
        if not self.throttles.take(route):
            await self._send_error(connection, "Limit Exceeded")
            return
        event = {**self._event(connection, route, "MESSAGE"), "isBase64Encoded": text is None}
        event["requestContext"] |= {"messageId": _new_id()}
        event["body"] = text if text is not None else base64.b64encode(message.get("bytes") or b"").decode()
        result = await self._invoke(route, event)
        if result is None or result.failed:
            await self._send_error(connection, "Internal server error")
        elif self.api.routes[route].answers and (body := _body(result)) is not None:
            await self._send(connection, body)

    async def _disconnect(self, connection: Connection, code: int) -> None:
        if "$disconnect" in self.api.routes:
            event = self._event(connection, "$disconnect", "DISCONNECT")
            event["requestContext"] |= {"disconnectStatusCode": code, "disconnectReason": ""}
            # Not in the connection's own task, because that ends with the connection.
            self.lambdas.background(self._invoke("$disconnect", event))

    async def _invoke(self, route: str, event: Mapping[str, Any]) -> Result | None:
        try:
            return await self.lambdas.invoke(self.api.routes[route].function, json.dumps(event).encode())
        except Throttled:
            return None

    def _select(self, text: str | None) -> str | None:
        """The route of a message by `$request.body.<field>`; `$default` if none matches."""
        name = None
        try:
            body = json.loads(text) if text is not None else None
            name = body.get(self.api.selection.removeprefix("$request.body.")) if isinstance(body, dict) else None
        except (ValueError, RecursionError):
            pass
        if isinstance(name, str) and not name.startswith("$") and name in self.api.routes:
            return name
        return "$default" if "$default" in self.api.routes else None

    def _context(self, scope: Scope) -> dict[str, Any]:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        client = (scope.get("client") or ("127.0.0.1", 0))[0]
        return {
            "apiId": self.api.id,
            "stage": self.api.stage_name,
            "domainName": headers.get("host", ""),
            "identity": {"sourceIp": client, "userAgent": headers.get("user-agent", "")},
        }

    def _event(self, connection: Connection, route: str, kind: str) -> dict[str, Any]:
        now = datetime.now(UTC)
        context = {
            **connection.context,
            "routeKey": route,
            "eventType": kind,
            "connectionId": connection.id,
            "connectedAt": int(connection.opened * 1000),
            "messageDirection": "IN",
            "requestId": _new_id(),
            "extendedRequestId": _new_id(),
            "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(now.timestamp() * 1000),
        }
        return {"requestContext": context, "isBase64Encoded": False}

    async def _send_error(self, connection: Connection, message: str) -> None:
        error = {"message": message, "connectionId": connection.id, "requestId": str(uuid.uuid4())}
        await self._send(connection, json.dumps(error))

    async def _send(self, connection: Connection, text: str) -> bool:
        async with connection.lock:
            try:
                await connection.send({"type": "websocket.send", "text": text})
            except Exception:  # noqa: BLE001 (whatever the socket says: the client is gone)
                return False
        connection.active = time.time()
        return True

    async def _close(self, connection: Connection, code: int) -> None:
        async with connection.lock:
            await connection.send({"type": "websocket.close", "code": code, "reason": ""})


def _new_id() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(11)).decode()


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _status(result: Result) -> int:
    try:
        answer = json.loads(result.payload)
        return int(answer["statusCode"])
    except (ValueError, TypeError, KeyError):
        return 502


def _body(result: Result) -> str | None:
    answer = json.loads(result.payload)
    body = answer.get("body") if isinstance(answer, dict) else None
    return body if isinstance(body, str) else None


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
