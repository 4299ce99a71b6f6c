"""The process that functions' workers are forked from.

It has imported the third-party modules that most functions use (never code of functions/ or shared/), so that a worker
starts in milliseconds and shares that memory. It stays single-threaded: a fork copies one thread only.
Run as a script. It reads orders from standard input and writes notices to standard output, one line of JSON each:
{"fork": number, …}, {"kill": number} → {"ended": number, "status"}.
"""

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

CHECKOUT = str(Path(__file__).resolve().parents[3])

AT_ONCE = ("pydantic", "psycopg", "aws_lambda_powertools.logging", "hiredis")
WHEN_IDLE = (
    *("psycopg.types.json", "psycopg.types.range", "http.client", "jwt", "bcrypt", "boto3", "botocore.auth"),
    *("cryptography.hazmat.primitives.asymmetric.rsa", "aws_lambda_powertools.metrics", "alembic.config"),
    *("sqlalchemy.dialects.postgresql", "fpdf"),
)


def main() -> None:
    # Isolated (-I), so that nothing of the checkout is importable by accident; these two are on purpose.
    sys.path.insert(0, CHECKOUT)
    from local.cloud.lambdas.plain_runtime import run_plainly
    from local.cloud.tether import tie_to_parent

    sys.path.remove(CHECKOUT)
    tie_to_parent(os.getppid(), signal.SIGKILL)
    zygote = Zygote(tie_to_parent, None if importlib.util.find_spec("awslambdaric") else run_plainly)
    for name in AT_ONCE:
        _import(name)
    zygote.serve(list(WHEN_IDLE))


def _import(name: str) -> None:
    # A module that is not installed is not needed by any function.
    with contextlib.suppress(ImportError):
        importlib.import_module(name)


class Zygote:
    """Forks workers, kills them, and reports when they have ended."""

    def __init__(self, tie_to_parent: Any, run_plainly: Any) -> None:
        self.tie_to_parent = tie_to_parent
        self.run_plainly = run_plainly
        self.workers: dict[int, int] = {}

    def serve(self, later: list[str]) -> None:
        """Execute orders; in between, import the remaining modules."""
        ended, signalled = os.pipe()
        os.set_blocking(signalled, False)
        signal.set_wakeup_fd(signalled, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        received = b""
        while True:
            readable, _, _ = select.select([0, ended], [], [], 0 if later else None)
            if not readable:
                _import(later.pop(0))
                if not later:
                    # Imported objects stay: without this, each worker's first garbage collection would copy them.
                    gc.freeze()
            if ended in readable:
                os.read(ended, 4096)
                self._bury()
            if 0 in readable:
                chunk = os.read(0, 1 << 16)
                if not chunk:
                    os.killpg(0, signal.SIGKILL)
                *lines, received = (received + chunk).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line))

    def _obey(self, order: dict[str, Any]) -> None:
        if "fork" in order:
            zygote = os.getpid()
            pid = os.fork()
            if pid == 0:
                self._become_worker(order, zygote)
            self.workers[pid] = order["fork"]
        else:
            for pid, number in self.workers.items():
                if number == order["kill"]:
                    os.kill(pid, signal.SIGKILL)

    def _bury(self) -> None:
        while self.workers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            notice = {"ended": self.workers.pop(pid), "status": os.waitstatus_to_exitcode(status)}
            os.write(1, json.dumps(notice).encode() + b"\n")

    def _become_worker(self, order: dict[str, Any], zygote: int) -> None:
        """Turn this fork into the function's process: its environment, its code, its log. Never returns."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.tie_to_parent(zygote, signal.SIGKILL)
            log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for number, target in ((nothing, 0), (log, 1), (log, 2)):
                os.dup2(number, target)
            os.closerange(3, 256)
            os.environ.clear()
            os.environ.update(order["environment"])
            time.tzset()
            os.chdir(order["root"])
            sys.path.insert(0, order["root"])
            self._run(order["handler"], order["address"])
            status = 0
        except SystemExit as ending:
            status = ending.code if isinstance(ending.code, int) else 1
        except BaseException as error:  # noqa: BLE001 (whatever happens, a fork must not return into the zygote)
            os.write(2, f"worker: {type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(status)

    def _run(self, handler: str, address: str) -> None:
        if self.run_plainly is not None:
            self.run_plainly(handler, address)
            return
        # Only here, never in the zygote: it reads its address when imported.
        from awslambdaric import bootstrap
        from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

        bootstrap.run(handler, LambdaRuntimeClient(address))


if __name__ == "__main__":
    main()
