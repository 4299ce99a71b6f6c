"""All functions: their processes are forked when they are needed, a few at a time, and reaped when idle."""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local.cloud.lambdas.function import Function, Result, Throttled, UnknownFunction
from local.cloud.lambdas.pace import Pace
from local.cloud.lambdas.runtime import RuntimeApi, error_payload
from local.cloud.lambdas.sources import Sources
from local.cloud.lambdas.workers import Pool, Worker

# Lambda gives 10 s, then begins again within the invocation; this is for a module that hangs, not for a slow machine.
LOADING_SECONDS = 120
IDLE_SECONDS = 300
# Workers added for a burst end soon after it; one worker of each function stays for the next request.
SURPLUS_SECONDS = 30
WORKERS_IN_ALL = 1000
# Loading a function is pure CPU: loading more at a time only makes each wait for the others, and the longer they take,
# the more invocations wait and ask for workers of their own.
LOADING_AT_ONCE = 2 * (os.cpu_count() or 1)


class Lambdas:
    """All functions of the templates."""

    def __init__(self, logs: Path) -> None:
        self.pools: dict[str, Pool] = {}
        self.sources = Sources([])
        self.logs = logs
        self.pace = Pace()
        self._zygote: asyncio.subprocess.Process | None = None
        self._workers: dict[int, Worker] = {}
        self._started = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ordered: list[Pool] = []
        self._loading = 0

    @property
    def is_busy(self) -> bool:
        """Whether any invocation runs or waits."""
        return any(pool.active for pool in self.pools.values())

    def install(self, functions: Mapping[str, Function], sources: Sequence[str] = ()) -> None:
        """Set the functions; from now on these folders are watched as well as their code."""
        self.pools = {name: Pool(function, self) for name, function in functions.items()}
        roots = {function.root for function in functions.values()}
        self.sources = Sources(root / folder for root in roots for folder in sources)

    async def start(self) -> None:
        """Start the zygote, which imports while everything else is created."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self._zygote = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(Path(__file__).with_name("zygote.py"))),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self.background(self.pace.keep())
        self.background(self._hear_zygote())
        self.background(self._reap())

    async def stop(self) -> None:
        """End every worker."""
        for task in self._tasks:
            task.cancel()
        if self._zygote is not None and self._zygote.stdin is not None:
            # At the end of its input it kills its whole process group, itself included.
            self._zygote.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._zygote.wait(), 5)
        for worker in list(self._workers.values()):
            worker.end(b"")
        self.sources.close()

    async def invoke(self, name: str, event: bytes) -> Result:
        """Invoke a function and wait for its answer. Raises UnknownFunction, Throttled."""
        pool = self.pools.get(name)
        if pool is None:
            raise UnknownFunction(name)
        result = await pool.invoke(event)
        if result.failed:
            self._report(pool.function, result)
        return result

    def invoke_later(self, name: str, event: bytes) -> None:
        """Invoke without waiting, with Lambda's retries (sooner than Lambda's one and two minutes)."""
        self.background(self.invoke_with_retries(name, event))

    async def invoke_with_retries(self, name: str, event: bytes) -> Result:
        """An asynchronous invocation, until it succeeds or its retries are used up."""
        result = Result(b"", failed=True)
        for attempt in range(self.pools[name].function.retries + 1):
            await asyncio.sleep(attempt)
            try:
                result = await self.invoke(name, event)
            except Throttled:
                continue
            if not result.failed:
                break
        return result

    def background(self, work: Any) -> None:
        """Run a coroutine on its own, and keep it from being collected."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def order_worker(self, pool: Pool) -> None:
        """Start a worker for the pool as soon as it may load."""
        self._ordered.append(pool)
        self._load_next()

    def one_has_loaded(self) -> None:
        """A worker has loaded its function, or has ended before that."""
        self._loading -= 1
        self._load_next()

    def _load_next(self) -> None:
        while self._ordered and self._loading < LOADING_AT_ONCE:
            # Functions without a worker come before those that want one more.
            pool = min(self._ordered, key=lambda each: len(each.workers))
            self._ordered.remove(pool)
            if len(pool.loading) >= len(pool.waiting):
                # Other workers have become free meanwhile.
                pool.starting -= 1
                continue
            self._make_room()
            self._started += 1
            self._loading += 1
            worker = Worker(self._started, pool, self.sources.version)
            pool.workers.add(worker)
            pool.loading.add(worker)
            self._workers[worker.number] = worker
            self.background(self._start(worker))

    async def _start(self, worker: Worker) -> None:
        """Fork the worker; it reports itself free when its function is loaded."""
        pool, loop = worker.pool, asyncio.get_running_loop()
        worker.server = await loop.create_server(lambda: RuntimeApi(worker), "127.0.0.1", 0)
        address = f"127.0.0.1:{worker.server.sockets[0].getsockname()[1]}"
        function = pool.function
        self._order(
            {
                "fork": worker.number,
                "root": str(function.root),
                "handler": function.handler,
                "address": address,
                "log": str(self.logs / f"{function.name}.log"),
                "environment": {**function.environment, "AWS_LAMBDA_RUNTIME_API": address},
            }
        )
        if not await self.pace.wait(worker.loaded, LOADING_SECONDS):
            pool.drop(worker, error_payload("Sandbox.Timedout", "Loading the function took too long"))

    def kill(self, worker: Worker) -> None:
        """End a worker's process at once."""
        self._order({"kill": worker.number})

    def _order(self, order: dict[str, Any]) -> None:
        assert self._zygote is not None and self._zygote.stdin is not None  # noqa: S101 (started before use)
        self._zygote.stdin.write(json.dumps(order).encode() + b"\n")

    def _make_room(self) -> None:
        if len(self._workers) < WORKERS_IN_ALL:
            return
        idle = [worker for pool in self.pools.values() for worker in pool.free]
        if idle:
            oldest = min(idle, key=lambda worker: worker.idle_since)
            oldest.pool.drop(oldest, b"")

    async def _hear_zygote(self) -> None:
        assert self._zygote is not None and self._zygote.stdout is not None  # noqa: S101 (started before use)
        while line := await self._zygote.stdout.readline():
            notice = json.loads(line)
            if "ended" not in notice or notice["ended"] not in self._workers:
                continue
            worker = self._workers.pop(notice["ended"])
            message = f"RequestId: {worker.request_id} Error: Runtime exited with status {notice['status']}"
            worker.pool.worker_is_gone(worker, error_payload("Runtime.ExitError", message))

    async def _reap(self) -> None:
        while True:
            await asyncio.sleep(30)
            now = time.monotonic()
            for pool in self.pools.values():
                # The last one is the most recently used.
                for worker in [each for each in pool.free[:-1] if each.idle_since < now - SURPLUS_SECONDS]:
                    pool.drop(worker, b"")
                for worker in [each for each in pool.free if each.idle_since < now - IDLE_SECONDS]:
                    pool.drop(worker, b"")

    def _report(self, function: Function, result: Result) -> None:
        try:
            error = json.loads(result.payload)
            text = f"{error.get('errorType')}: {str(error.get('errorMessage'))[:300]}"
        except ValueError:
            text = result.payload[:300].decode(errors="replace")
        print(f"! {function.name}: {text} ({self.logs / function.name}.log)", file=sys.stderr, flush=True)
