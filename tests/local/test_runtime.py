"""The Runtime API, driven by the plain client that stands in where awslambdaric cannot be installed."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable

import pytest

from local.cloud.lambdas.runtime import RuntimeApi
from local.cloud.problem import CHECKOUT
from tests.local import stack

Answer = Callable[[dict[str, str], bytes], None]


class Listener:
    """Gives one event and keeps what comes back."""

    def __init__(self, event: bytes) -> None:
        self.event = event
        self.heard: asyncio.Future[tuple[str, bytes]] = asyncio.get_running_loop().create_future()

    def asked_for_work(self, answer: Answer) -> None:
        if not self.heard.done():
            headers = {
                "Lambda-Runtime-Aws-Request-Id": "request-1",
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 10) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:f",
            }
            answer(headers, self.event)

    def finished(self, request_id: str, payload: bytes, failed: bool) -> None:
        self.heard.set_result((f"{request_id} {'failed' if failed else 'done'}", payload))

    def failed_to_start(self, payload: bytes) -> None:
        self.heard.set_result(("not started", payload))


async def _run(handler: str, event: bytes) -> tuple[str, bytes]:
    listener = Listener(event)
    server = await asyncio.get_running_loop().create_server(lambda: RuntimeApi(listener), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    code = f"from local.cloud.lambdas.plain_runtime import run_plainly; run_plainly({handler!r}, '127.0.0.1:{port}')"
    path = os.pathsep.join([str(stack.APP), str(CHECKOUT)])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        cwd=stack.APP,
        env={**os.environ, "PYTHONPATH": path},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        return await asyncio.wait_for(listener.heard, 20)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        server.close()


@pytest.mark.parametrize(
    ("handler", "outcome", "holds"),
    [
        ("functions.probe.echo", "request-1 done", ("statusCode", 200)),
        ("functions.probe.break_down", "request-1 failed", ("errorType", "ValueError")),
        ("functions.probe.missing", "not started", ("errorType", "AttributeError")),
    ],
)
def test_an_event_goes_to_the_handler_and_its_answer_back(
    handler: str, outcome: str, holds: tuple[str, object]
) -> None:
    # Larger than one read, so that a body in several pieces is put together.
    event = json.dumps({"filler": "x" * 300_000}).encode()

    said, payload = asyncio.run(_run(handler, event))

    assert said == outcome
    assert json.loads(payload)[holds[0]] == holds[1]
