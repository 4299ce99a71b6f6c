"""A Runtime API client in plain Python, for systems that awslambdaric has no wheel for (all but Linux)."""

import importlib
import json
import os
import sys
import time
import traceback
from http.client import HTTPConnection, HTTPResponse
from typing import Any

BASE = "/2018-06-01/runtime"


class Context:
    """What a handler gets beside its event, by the names AWS gives it."""

    def __init__(self, headers: Any, environment: dict[str, str]) -> None:
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION", "")
        self.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        self.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
        self.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self.identity = self.client_context = None
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self) -> int:
        """Until the function is killed."""
        return max(0, self._deadline - int(time.time() * 1000))


def run_plainly(handler: str, address: str) -> None:
    """Load the handler, then work on one event after the other. Ends the process where it cannot load."""
    connection = HTTPConnection(address)
    module, _, name = handler.rpartition(".")
    try:
        function = getattr(importlib.import_module(module.replace("/", ".")), name)
    except Exception:  # noqa: BLE001 (whatever a module does at import)
        _send(connection, "POST", f"{BASE}/init/error", _error())
        sys.exit(1)
    while True:
        event = _send(connection, "GET", f"{BASE}/invocation/next")
        payload = json.loads(event.read())
        context = Context(event.headers, dict(os.environ))
        place = f"{BASE}/invocation/{context.aws_request_id}"
        try:
            answer, outcome = json.dumps(function(payload, context)).encode(), "response"
        except Exception:  # noqa: BLE001 (a function's error is its answer)
            answer, outcome = _error(), "error"
        _send(connection, "POST", f"{place}/{outcome}", answer).read()


def _send(connection: HTTPConnection, method: str, path: str, body: bytes | None = None) -> HTTPResponse:
    connection.request(method, path, body)
    return connection.getresponse()


def _error() -> bytes:
    kind, error, _ = sys.exc_info()
    text = traceback.format_exc()
    print(text, flush=True)
    return json.dumps(
        {"errorType": kind.__name__ if kind else "", "errorMessage": str(error), "stackTrace": text.splitlines()}
    ).encode()
