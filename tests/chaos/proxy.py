"""A TCP proxy that does to a connection what networks do: it delays, refuses, cuts, and loses answers."""

import asyncio
import random
import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any, Literal

Fate = Literal["pass", "before", "after"]
"""What becomes of bytes on their way to the server: they pass; the connection ends before they arrive, or after."""


class FaultProxy:
    """Stands before a server on this machine. Attributes may change at any time, and hold for what comes then."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.delay = 0.0
        """Seconds that every message to the server takes longer."""
        self.refuses = False
        """New connections end at once."""
        self.fate: Callable[[bytes], Fate] = lambda data: "pass"
        self.cuts = 0
        self._pairs: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
        self._thread.start()

    def cut_all(self) -> None:
        """End every connection there is."""
        self._loop.call_soon_threadsafe(lambda: [self._cut(writer) for writer in list(self._pairs)])

    @contextmanager
    def suffering(self, **faults: Any) -> Any:
        """With these faults, and afterwards without."""
        before = {name: getattr(self, name) for name in faults}
        for name, value in faults.items():
            setattr(self, name, value)
        try:
            yield self
        finally:
            for name, value in before.items():
                setattr(self, name, value)

    def close(self) -> None:
        self.cut_all()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._server.close()
        self._loop.close()

    def _run(self, listener: socket.socket) -> None:
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, sock=listener))
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            self._cut(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            self._cut(writer)
            return
        self._pairs |= {writer, far_writer}
        try:
            await asyncio.wait(
                [
                    asyncio.ensure_future(self._carry(reader, far_writer, self._to_server)),
                    asyncio.ensure_future(self._carry(far_reader, writer, None)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            self._pairs -= {writer, far_writer}
            for one in (writer, far_writer):
                one.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, judge: Any) -> None:
        try:
            while data := await reader.read(65536):
                if judge and not await judge(data, writer):
                    return
                writer.write(data)
                await writer.drain()
        except (ConnectionError, OSError):
            return

    async def _to_server(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        """Whether the bytes are to be carried on."""
        if self.delay:
            await asyncio.sleep(self.delay)
        fate = self.fate(data)
        if fate == "pass":
            return True
        self.cuts += 1
        if fate == "after":
            writer.write(data)
            await writer.drain()
            # The server works on it; its answer finds nobody.
            await asyncio.sleep(0.02)
        return False

    def _cut(self, writer: asyncio.StreamWriter) -> None:
        # A reset, not a farewell.
        sock = writer.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.close()


def at_commit(fate: Fate, chance: float) -> Callable[[bytes], Fate]:
    """The fate of some of PostgreSQL's COMMITs; all else passes."""
    return lambda data: fate if b"COMMIT\0" in data and random.random() < chance else "pass"  # noqa: S311


def at_random(fate: Fate, chance: float) -> Callable[[bytes], Fate]:
    """The fate of some messages, whatever they say."""
    return lambda data: fate if random.random() < chance else "pass"  # noqa: S311
