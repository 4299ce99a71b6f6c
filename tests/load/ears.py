"""Two hundred open sockets, and everything that they heard."""

import asyncio
import json
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PING_SECONDS = 45.0


class Ears:
    """Sockets of people, by the token each came with; one thread serves them all."""

    def __init__(self, url: str, tokens: Mapping[str, Sequence[str]]) -> None:
        """`tokens`: for each person, a token for each of their sockets."""
        self.url = url
        self.heard: dict[str, list[dict[tuple[str, str], int]]] = {
            person: [defaultdict(int) for _ in many] for person, many in tokens.items()
        }
        """For each socket of a person: how often it heard that a bid has a status."""
        self.frames = 0
        self.cut: list[str] = []
        self._tokens = tokens
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._open: list[ClientConnection] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    def open(self) -> None:
        """Open all; returns when the last one is."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open_all(), self._loop).result(300)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close_all(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _open_all(self) -> None:
        for person, tokens in self._tokens.items():
            for number, token in enumerate(tokens):
                socket = await connect(f"{self.url}?token={token}", max_queue=None, ping_interval=None)
                self._open.append(socket)
                self._tasks.append(self._loop.create_task(self._listen(socket, person, number)))
                self._tasks.append(self._loop.create_task(self._live(socket)))

    async def _close_all(self) -> None:
        self._closing = True
        await asyncio.gather(*(socket.close() for socket in self._open))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, socket: ClientConnection, person: str, number: int) -> None:
        try:
            while True:
                frame = json.loads(await socket.recv())
                self.frames += 1
                if frame["event"] == "bid:status_changed":
                    self.heard[person][number][frame["data"]["bid_id"], frame["data"]["status"]] += 1
        except ConnectionClosed:
            if not self._closing:
                self.cut.append(f"{person}: {socket.close_code} {socket.close_reason}")

    async def _live(self, socket: ClientConnection) -> None:
        try:
            while True:
                await asyncio.sleep(PING_SECONDS)
                await socket.send('{"event": "ping", "data": {}}')
        except ConnectionClosed:
            return
