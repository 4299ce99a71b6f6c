"""Child processes that never outlive the platform, and the ports they listen on."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from local.cloud.problem import CHECKOUT

TETHER = Path(__file__).with_name("tether.py")


def spawn(
    command: Sequence[str | Path],
    log: IO[bytes],
    death_signal: int,
    user: tuple[int, int] | None = None,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own (Ctrl-C reaches only the platform), tied to this process."""
    uid, gid = user or (os.geteuid(), os.getegid())
    tie = [str(os.getpid()), str(int(death_signal)), str(uid), str(gid)]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(TETHER), *tie, *map(str, command)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        cwd=directory,
        env=environment,
    )


def run(command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None) -> str | None:
    """Run a command of the checkout to its end; returns None, or the last line of its output if it failed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = spawn(command, output, signal.SIGKILL, directory=CHECKOUT, environment=environment)
        if process.wait() == 0:
            return None
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


def stop(process: subprocess.Popen[bytes], how: int = signal.SIGTERM, patience: float = 10.0) -> None:
    """End the process; after `patience` seconds, kill it."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int, seconds: float) -> bool:
    """Wait for a child's port; False when the child ended or the time is over."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        if answers(port):
            return True
        time.sleep(0.02)
    return False
