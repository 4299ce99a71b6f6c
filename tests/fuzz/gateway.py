"""The HTTP API in this process: the local platform's API Gateway around the real Lambda callables, on a port.

Routes are the catalog's and the authorizer is the real one; what API Gateway itself does (routing, events of payload
2.0, its own refusals) is `local/cloud/edge/http_api.py`, as when the platform runs. What is missing are the processes
between.
"""

import importlib
import json
import socket
import threading
import time
from typing import Any, Self

import uvicorn

from local.cloud.edge.http_api import HttpApi
from local.cloud.lambdas.fleet import Lambdas
from local.cloud.lambdas.function import Result
from local.cloud.lambdas.pace import Pace
from local.cloud.templates.routes import Api, Authorizer, Route
from shared.kit import catalog
from shared.kit.catalog import Operation
from tests.world import close_connections

# Kept for no time: who signs out is refused at once.
AUTHORIZER = Authorizer("authorize", ("$request.header.Authorization",), seconds=0)


class Callables(Lambdas):
    """A function is invoked by calling it, on the server's own thread: one request after the other."""

    def __init__(self, operations: list[Operation]) -> None:
        self.pace = Pace()
        self._functions = {each.name: getattr(importlib.import_module(each.module), each.name) for each in operations}

    async def invoke(self, name: str, event: bytes) -> Result:
        return Result(json.dumps(self._functions[name](json.loads(event), None)).encode())


def http_api() -> HttpApi:
    """The HTTP API of the catalog."""
    operations = [each for each in catalog.load() if each.kind in ("endpoint", "authorizer")]
    routes = {
        key: Route(key, each.name, AUTHORIZER if each.needs_authorizer else None)
        for each in catalog.of_kind(catalog.HttpOperation, operations)
        for path in each.paths
        if (key := " ".join(part for part in (each.method, path) if part))
    }
    api = Api(id="fuzz", stage_name="$default", selection="", cors={}, stage={}, routes=routes)
    return HttpApi(api, Callables(operations), scale=1)


class Gateway:
    """`with Gateway() as gateway: gateway.url`."""

    def __init__(self) -> None:
        config = uvicorn.Config(self._serve, interface="asgi3", proxy_headers=False, lifespan="off", log_config=None)
        # Named TCP: asyncio sends without delay only on sockets that say so.
        self._listener = socket.socket(proto=socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self._api = http_api()
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        await self._api.serve(scope, receive, send)

    def _run(self) -> None:
        try:
            self._server.run([self._listener])
        finally:
            close_connections()

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *problem: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
