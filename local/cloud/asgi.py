"""The few lines between ASGI's messages and a request with a body."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class TooLarge(Exception):
    """The body is longer than the limit."""


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body. Raises TooLarge."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise TooLarge
        chunks.append(chunk)
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(chunks)


async def respond(
    send: Send, status: int, headers: Iterable[tuple[str, str]], body: bytes = b"", to_head: bool = False
) -> None:
    """Answer with a whole body; its length is set here, except `to_head`, whose answer tells another's."""
    skipped = ("transfer-encoding", "connection") + (() if to_head else ("content-length",))
    fields = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in headers
        if name.lower() not in skipped
    ]
    if status != 204 and not to_head:
        fields.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


def joined_headers(scope: Scope) -> dict[str, str]:
    """Header names in lower case; what came twice, joined by a comma."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers
