"""The processes of one function: one per concurrent invocation, killed at its timeout.

As on Lambda, loading a function has its own time limit, which the waiting invocation's timeout does not shorten: a
worker that loads too late for it serves the next invocation.
"""

import asyncio
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from local.cloud.lambdas.function import Function, Result, Throttled
from local.cloud.lambdas.pace import Pace
from local.cloud.lambdas.runtime import error_payload
from local.cloud.lambdas.sources import Sources

WORKERS_PER_FUNCTION = 16


class Host(Protocol):
    """What the pools of all functions share."""

    pace: Pace
    sources: Sources

    def order_worker(self, pool: "Pool") -> None:
        """Start a worker for the pool as soon as it may load."""

    def one_has_loaded(self) -> None:
        """A worker has loaded its function, or has ended before that."""

    def kill(self, worker: "Worker") -> None:
        """End a worker's process at once."""


@dataclass(eq=False)
class Worker:
    """One execution environment: a process, its Runtime API, and the invocation it works on."""

    number: int
    pool: "Pool"
    version: int
    server: asyncio.Server | None = None
    give: Callable[[dict[str, str], bytes], None] | None = None
    request_id: str = ""
    answer: asyncio.Future[Result] | None = None
    loaded: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    """Done once the function is loaded, or never will be."""
    idle_since: float = 0.0
    is_dead: bool = False

    def asked_for_work(self, answer: Callable[[dict[str, str], bytes], None]) -> None:
        self.give = answer
        self.pool.worker_is_free(self)

    def finished(self, request_id: str, payload: bytes, failed: bool) -> None:
        if request_id == self.request_id:
            self._settle(Result(payload, failed))

    def failed_to_start(self, payload: bytes) -> None:
        self.pool.worker_is_gone(self, payload)

    def run(self, event: bytes, seconds: float) -> asyncio.Future[Result]:
        """Pass the event to the process that waits for it."""
        function = self.pool.function
        assert self.give is not None  # noqa: S101 (only free workers are run)
        loop = asyncio.get_running_loop()
        self.request_id, self.answer = str(uuid.uuid4()), loop.create_future()
        give, self.give = self.give, None
        give(
            {
                "Lambda-Runtime-Aws-Request-Id": self.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + seconds) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": function.arn,
                "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):x}-{uuid.uuid4().hex[:24]};Sampled=0",
            },
            event,
        )
        return self.answer

    def end(self, payload: bytes) -> None:
        """The process is gone: callers that wait for it get this error."""
        self.is_dead = True
        self._settle(Result(payload, failed=True))
        if self.server is not None:
            self.server.close()

    def _settle(self, result: Result) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(result)


@dataclass(eq=False)
class Pool:
    """The workers of one function."""

    function: Function
    host: Host
    workers: set[Worker] = field(default_factory=set)
    free: list[Worker] = field(default_factory=list)
    waiting: deque[asyncio.Future[Worker | Result]] = field(default_factory=deque)
    loading: set[Worker] = field(default_factory=set)
    starting: int = 0
    """Those that are loading, and those that wait for their turn to load."""
    active: int = 0

    async def invoke(self, event: bytes) -> Result:
        """Run the event on a free worker, or on a new one. Raises Throttled."""
        if self.function.reserved is not None and self.active >= self.function.reserved:
            raise Throttled(self.function.name)
        self.active += 1
        try:
            worker = await self._take()
            while isinstance(worker, Worker) and worker.is_dead:
                # It ended between being given to this invocation and being run.
                worker = await self._take()
            return worker if isinstance(worker, Result) else await self._run(worker, event)
        finally:
            self.active -= 1

    async def _run(self, worker: Worker, event: bytes) -> Result:
        seconds = self.function.timeout
        answer = worker.run(event, seconds)
        if not await self.host.pace.wait(answer, seconds):
            message = f"RequestId: {worker.request_id} Error: Task timed out after {seconds:.2f} seconds"
            self.drop(worker, error_payload("Sandbox.Timedout", message))
        return await answer

    async def _take(self) -> Worker | Result:
        self._drop_outdated()
        if self.free:
            return self.free.pop()
        waiter: asyncio.Future[Worker | Result] = asyncio.get_running_loop().create_future()
        self.waiting.append(waiter)
        self._want_workers()
        return await waiter

    def _want_workers(self) -> None:
        """Order a worker for each waiting invocation that has none on the way."""
        if self.starting < min(len(self.waiting), WORKERS_PER_FUNCTION - len(self.workers) + len(self.loading)):
            self.starting += 1
            self.host.order_worker(self)

    def worker_is_free(self, worker: Worker) -> None:
        """A worker is free: the invocation that has waited longest gets it."""
        self._loaded(worker)
        worker.idle_since = time.monotonic()
        if worker.version != self.host.sources.version:
            self.drop(worker, b"")
            return
        while self.waiting:
            waiter = self.waiting.popleft()
            if not waiter.done():
                waiter.set_result(worker)
                return
        self.free.append(worker)

    def worker_is_gone(self, worker: Worker, payload: bytes) -> None:
        """A worker's process ended, by itself or because we ended it."""
        if worker.is_dead:
            return
        self.workers.discard(worker)
        if worker in self.free:
            self.free.remove(worker)
        if self._loaded(worker):
            while self.waiting:
                waiter = self.waiting.popleft()
                if not waiter.done():
                    waiter.set_result(Result(payload, failed=True))
                    break
        worker.end(payload)
        self._want_workers()

    def _loaded(self, worker: Worker) -> bool:
        """The worker has loaded its function or never will; False if that was already known."""
        if worker not in self.loading:
            return False
        self.loading.remove(worker)
        worker.loaded.set_result(None)
        self.starting -= 1
        self.host.one_has_loaded()
        return True

    def drop(self, worker: Worker, payload: bytes) -> None:
        """Kill a worker; whoever waits for its answer gets `payload` as an error."""
        self.host.kill(worker)
        self.worker_is_gone(worker, payload)

    def _drop_outdated(self) -> None:
        version = self.host.sources.version
        for worker in [worker for worker in self.free if worker.version != version]:
            self.drop(worker, b"")
