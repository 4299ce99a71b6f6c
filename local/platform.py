"""A separate platform for a test: its process, ports and data differ from those of `make up`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.request import Request, urlopen

from local.cloud.problem import CHECKOUT, Problem
from local.cloud.processes import spawn

PATIENCE = 180.0


class Platform:
    """`with Platform() as platform: platform.url`; what it printed is in `platform.log`."""

    def __init__(
        self,
        port: int = 0,
        state: Path | None = None,
        keep: bool = False,
        templates: Path | None = None,
        environment: Mapping[str, str] | None = None,
        rate_limit_scale: float = 1,
    ) -> None:
        """`environment` joins every function's; `keep` is KEEP=1."""
        self._is_temporary = state is None
        self.state = state or Path(tempfile.mkdtemp(prefix="leasing-platform-"))
        self.log = self.state / "platform.log"
        self._command = [
            *(sys.executable, "-m", "local", "--bare", "--port", str(port), "--state", str(self.state)),
            *(("--templates", str(templates)) if templates else ()),
            *("--environment", json.dumps(dict(environment or {}))),
        ]
        self._settings = {"KEEP": "1" if keep else "", "RATE_LIMIT_SCALE": str(rate_limit_scale)}
        self._process: subprocess.Popen[bytes] | None = None
        self.details: dict[str, Any] = {}

    @property
    def url(self) -> str:
        """Origin of the REST API."""
        return str(self.details["url"])

    @property
    def ws_url(self) -> str:
        """Where WebSockets connect."""
        return str(self.details["ws_url"])

    @property
    def aws_url(self) -> str:
        """AWS_ENDPOINT_URL of this platform."""
        return str(self.details["aws_url"])

    @property
    def database_url(self) -> str:
        """The database, as superuser."""
        return str(self.details["database_url"])

    def start(self) -> None:
        """Start it and wait until it is ready. Raises Problem with its output."""
        self.state.mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        (self.state / "state.json").unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self._process = spawn(
                self._command, log, signal.SIGTERM, directory=CHECKOUT, environment=os.environ | self._settings
            )
        deadline = time.monotonic() + PATIENCE
        while not (self.state / "state.json").exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Problem(self.log.read_text().strip())
            time.sleep(0.02)
        self.details = json.loads((self.state / "state.json").read_text())

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Stop it; SIGKILL gives it no chance to clean up."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)

    def control(self, part: str, order: str) -> None:
        """Stop or start "postgres", "redis", "s3", "ses", "events", "sqs" or "kms" under the running platform.

        "settle" the "queues": wait until nothing lies in them and no function runs.
        """
        request = Request(f"{self.aws_url}/_local/{part}/{order}", method="POST")  # noqa: S310 (ours)
        with urlopen(request, timeout=2 * PATIENCE):  # noqa: S310 (ours)
            pass

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop()
        if self._is_temporary:
            shutil.rmtree(self.state, ignore_errors=True)
