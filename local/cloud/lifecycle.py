"""The platform itself: everything started in order, served until told to stop, and stopped in reverse."""

import asyncio
import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import uvicorn

from local.cloud.asgi import App
from local.cloud.aws.endpoint import STATE_MACHINE, AwsApi, Principal
from local.cloud.aws.keep import Kept
from local.cloud.aws.mailbox import Mailbox
from local.cloud.aws.moto_app import KEY, Moto
from local.cloud.aws.permissions import Statement
from local.cloud.data.postgres import Postgres
from local.cloud.data.redis import Redis
from local.cloud.edge.cdn import Cdn, read_behaviors
from local.cloud.edge.domain import Domain
from local.cloud.edge.http_api import HttpApi
from local.cloud.edge.socket_api import MESSAGE_LIMIT, FrameLimit, SocketApi
from local.cloud.front import Front
from local.cloud.hooks import Hooks
from local.cloud.lambdas.fleet import Lambdas
from local.cloud.lambdas.function import Function
from local.cloud.problem import CHECKOUT, Problem
from local.cloud.processes import free_port
from local.cloud.templates.assembly import Templates
from local.cloud.templates.functions import access_key, read_functions, secret_key
from local.cloud.templates.grants import check_grants
from local.cloud.templates.resources import Places, Resources
from local.cloud.templates.routes import read_apis
from local.cloud.templates.synth import synthesize
from local.cloud.triggers.clock import Clock
from local.cloud.triggers.queues import Queues, read_mappings
from local.cloud.triggers.schedules import keep_time, read_schedules


@dataclass(frozen=True)
class Settings:
    """The options of a start."""

    port: int = 8000
    state: Path = CHECKOUT / ".local"
    keep: bool = False
    templates: Path | None = None
    """Templates that are already there, instead of this checkout's own."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Joins the environment of every function."""


class Cloud:
    """One running platform."""

    def __init__(self, settings: Settings, hooks: Hooks) -> None:
        self.settings = settings
        self.hooks = hooks
        self.state = settings.state.resolve()
        self.scale = _scale()
        self._exit = AsyncExitStack()
        self._holds_state = False

    async def start(self) -> None:
        """Start everything and return when it is ready. Raises Problem."""
        self._exit.callback(self._hold_state())
        listener = _listen(self.settings.port)
        aws_listener = _listen(0)
        self._exit.callback(listener.close)
        self._exit.callback(aws_listener.close)
        threads = ThreadPoolExecutor(64, thread_name_prefix="aws")
        self._exit.callback(threads.shutdown, wait=False, cancel_futures=True)
        self.postgres = Postgres(self.state, self.hooks.database, self.settings.keep)
        self._exit.callback(self.postgres.close)
        self.redis = Redis(self.state)
        self._exit.callback(self.redis.stop)
        self.lambdas = Lambdas(self.state / "logs")
        self._exit.push_async_callback(self.lambdas.stop)
        await self.lambdas.start()
        places = Places(listener.getsockname()[1], aws_listener.getsockname()[1], self.postgres.port, self.redis.port)
        making = asyncio.get_running_loop().run_in_executor(threads, self._make, places)
        # In this thread, while the other one works, because the kernel ties a child to the thread that forks it.
        self.postgres.start()
        if not (self.settings.keep and self.postgres.has_database(self.hooks.database.name)):
            self.postgres.create_migrated_database(self.hooks.database.name)
        resources = await making
        self.redis.users |= _cache_users(resources.templates)
        self.redis.start()

        self._assemble(resources, threads)
        await self._serve(self.aws.application(), aws_listener)
        await self._prepare_database(resources.templates)
        self._begin_loops()
        await self._serve(self.front.application(), listener)
        if self.settings.keep:
            await self._resume()
        self._write_state(places)

    def _hold_state(self) -> Callable[[], None]:
        """Keep other platforms away from the state's folder, until what is returned is called. Raises Problem."""
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            lock = (self.state / "lock").open("a+")
        except OSError as error:
            raise Problem(
                f"{self.state} cannot be written to: {error.strerror}. A platform keeps its data there."
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            other = lock.read().strip()
            lock.close()
            raise Problem(
                f"A platform runs in this folder already (process {other}): stop it first, or start this one in "
                "another checkout."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._holds_state = True
        return lock.close

    async def stop(self) -> None:
        """Stop everything, the last started first."""
        if not self._holds_state:
            return
        with contextlib.suppress(FileNotFoundError):
            (self.state / "state.json").unlink()
            if self.settings.keep:
                # What lies in queues is in memory only, and marked as published in the database.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.clock.settle(), 5)
        await self._exit.aclose()

    def _make(self, places: Places) -> Resources:
        """The templates, and everything in them that moto has."""
        moto = Moto(places.aws)
        self.kept = Kept(self.state / "kept", moto)
        if not self.settings.keep:
            self.kept.forget()
        resources = Resources(self._templates(), moto, places, self.kept.key if self.settings.keep else _as_made)
        resources.make_all()
        return resources

    def _assemble(self, resources: Resources, threads: ThreadPoolExecutor) -> None:
        """Assemble what is read from the templates."""
        moto = resources.moto
        functions = read_functions(resources, self.settings.environment)
        self.lambdas.install(functions, self.hooks.sources)
        self.schedules = read_schedules(resources)
        self.queues = Queues(read_mappings(resources), moto, threads, self.lambdas)
        mailbox = Mailbox()
        https, sockets = read_apis(resources, "HTTP"), read_apis(resources, "WEBSOCKET")
        if not https or len(sockets) != 1:
            raise Problem("The stacks define no HTTP API, or not one WebSocket API: look at stacks/apis.py.")
        self.sockets = SocketApi(sockets[0], self.lambdas, self.scale)
        policies = resources.policies()
        check_grants(resources, functions, policies)
        principals = _principals(resources, functions, policies)
        self.aws = AwsApi(moto, threads, principals, resources.inventory, self.lambdas, self.sockets)
        self.aws.observers = [self.queues.observe, mailbox.keep]
        self.aws.controls = {
            "postgres/stop": lambda: _now(self.postgres.stop),
            "postgres/start": lambda: _now(self.postgres.start),
            "redis/stop": lambda: _now(self.redis.stop),
            "redis/start": lambda: _now(self.redis.start),
        }
        for service in ("s3", "ses", "events", "sqs", "kms"):
            self.aws.controls |= {
                f"{service}/stop": partial(_now, partial(self.aws.stopped.add, service)),
                f"{service}/start": partial(_now, partial(self.aws.stopped.discard, service)),
            }
        if self.settings.keep:
            self.kept.expire_objects(self.aws.inventory.expiries, time.time())
            self.kept.restore_objects()
            self.aws.observers.append(self.kept.observe)
        next_day = partial(self.hooks.next_day, self._database_url())
        self.clock = Clock(next_day, self.schedules, self.lambdas, self.queues)
        self.aws.controls["queues/settle"] = self.clock.settle
        http = Domain([HttpApi(api, self.lambdas, self.scale) for api in https])
        cdn = Cdn(read_behaviors(resources), moto, threads)
        self.front = Front(http, cdn, self.sockets, mailbox, self.clock, self.hooks.gives_way)

    async def _prepare_database(self, templates: Templates) -> None:
        """Invoke what the templates say runs at deployment: the migrations. Raises Problem."""
        for trigger in templates.all("Custom::Trigger"):
            name = templates.property(trigger, "HandlerArn").split(":")[6]
            result = await self.lambdas.invoke(name, b"{}")
            if result.failed:
                log = self.lambdas.logs / f"{name}.log"
                raise Problem(f"{name} failed, so the database is not usable: read {log}, mend it, start again.")

    def _begin_loops(self) -> None:
        tasks = self.queues.start()
        tasks += [asyncio.create_task(keep_time(schedule, self.lambdas)) for schedule in self.schedules]
        servers: tuple[tuple[str, Postgres | Redis], ...] = (("postgres", self.postgres), ("redis", self.redis))
        tasks += [asyncio.create_task(self._watch(name, server)) for name, server in servers]
        if self.settings.keep:
            tasks.append(asyncio.create_task(self._expire()))
        for task in tasks:
            self._exit.callback(task.cancel)

    async def _watch(self, name: str, server: Postgres | Redis) -> None:
        """Say it where the platform runs when a server has ended, whoever ended it."""
        told = None
        while True:
            await asyncio.sleep(1)
            process = server.process
            if process is None or process.poll() is None or process.pid == told:
                continue
            told = process.pid
            again = f"curl -X POST {self._state['aws_url']}/_local/{name}/start"
            log = self.state / f"{name}.log"
            print(f"{name} has ended (log: {log}); requests that need it answer 503 until: {again}", flush=True)

    async def _expire(self) -> None:
        """As S3 does once a day."""
        while True:
            await asyncio.sleep(86400)
            self.kept.expire_objects(self.aws.inventory.expiries, time.time())

    async def _resume(self) -> None:
        """Executions live in moto's memory: the application starts the waiting ones again."""
        ending, event = self.hooks.resume
        for name in self.lambdas.pools:
            if name.endswith(ending):
                await self.lambdas.invoke(name, event)

    async def _serve(self, app: App, listener: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            interface="asgi3",
            # The same parser whatever else is installed beside it (bench/ brings another).
            http="h11",
            # A client's X-Forwarded-For does not say where it comes from.
            proxy_headers=False,
            lifespan="off",
            access_log=False,
            log_level="warning",
            server_header=False,
            ws=FrameLimit,
            ws_max_size=MESSAGE_LIMIT,
            ws_per_message_deflate=False,
            # API Gateway sends no pings; a silent connection ends after ten minutes.
            ws_ping_interval=None,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)

        async def stop() -> None:
            server.should_exit = True
            await task

        self._exit.push_async_callback(stop)

    def _templates(self) -> Templates:
        if self.settings.templates is not None:
            return Templates(self.settings.templates)
        output = self.state / "cdk.out"
        started = time.monotonic()
        if synthesize(output, self.hooks.inputs):
            print(f"synthesized in {time.monotonic() - started:.0f} s", flush=True)
        return Templates(output)

    def _database_url(self) -> str:
        return self.postgres.url(self.hooks.database.name)

    @property
    def url(self) -> str:
        """Where the platform answers."""
        return str(self._state["url"])

    def _write_state(self, places: Places) -> None:
        """What tests and scripts may need to know about a running platform."""
        postgres, redis = self.postgres.process, self.redis.process
        self._state = {
            "pid": os.getpid(),
            "url": places.public_url,
            "ws_url": f"ws://127.0.0.1:{places.public}/ws",
            "aws_url": places.aws_url,
            "aws_access_key_id": KEY,
            "aws_secret_access_key": secret_key(KEY),
            "database_url": self._database_url(),
            "postgres": {"pid": postgres.pid if postgres else None, "port": places.postgres},
            "redis": {"pid": redis.pid if redis else None, "port": places.redis, "kind": self.redis.kind},
        }
        draft = self.state / "state.json.draft"
        draft.write_text(json.dumps(self._state, indent=2))
        draft.rename(self.state / "state.json")


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs the platform."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(port: int) -> socket.socket:
    # Named TCP: asyncio sends without delay only on sockets that say so, and answers would wait 40 ms.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise Problem(
            f"Port {port} is in use: stop what listens there, or choose another with PORT={free_port()}."
        ) from error
    return listener


def _scale() -> float:
    given = os.environ.get("RATE_LIMIT_SCALE", "1")
    try:
        scale = float(given)
    except ValueError:
        scale = 0.0
    if not 0 < scale < float("inf"):
        raise Problem(f"RATE_LIMIT_SCALE={given} is no positive number: leave it out, or set 100.")
    return scale


def _cache_users(templates: Templates) -> dict[str, str]:
    """Each user of the cache and what its access string allows."""
    return {
        templates.property(user, "UserName"): templates.property(user, "AccessString")
        for user in templates.all("AWS::ElastiCache::User")
    }


def _principals(
    resources: Resources, functions: Mapping[str, Function], policies: Mapping[str, list[Statement]]
) -> dict[str, Principal]:
    """Access key → its owner."""
    principals = {
        access_key(name): Principal(name, secret_key(access_key(name)), policies.get(function.role, []))
        for name, function in functions.items()
    }
    everything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    principals[KEY] = Principal("the local platform", secret_key(KEY), everything)
    machines = resources.templates.all("AWS::StepFunctions::StateMachine")
    roles = [resources.templates.property(machine, "RoleArn") for machine in machines]
    statements = [statement for role in roles for statement in policies.get(role, [])]
    principals[STATE_MACHINE] = Principal("the state machine", "sk", statements)
    return principals


def _as_made(name: str, identifier: str) -> str:
    return identifier


async def _now(action: Callable[[], None]) -> None:
    # In this thread: the kernel ties a child to the thread that forks it.
    action()
