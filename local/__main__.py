"""`python -m local`: the whole platform on this machine, in the foreground, until Ctrl-C.

Environment: PORT (8000), KEEP=1 (keep database, objects and keys for the next run with KEEP=1; it finds only what a run
with KEEP=1 has left, since a run without it starts and ends empty), RATE_LIMIT_SCALE (1), DATABASE_URL (a
PostgreSQL 17 of your own), ALLOW_LOCAL_TARGETS=1 (servers that users name may be on this machine), WHATSAPP_A_DAY
and SMS_A_DAY (how many messages the platform sends on one day).
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from local import leasing
from local.cloud.lifecycle import Cloud, Settings
from local.cloud.problem import CHECKOUT, Problem
from local.cloud.templates.assembly import Unresolved
from local.demo import city, tower


def main() -> int:
    try:
        settings, demo = _settings()
        return asyncio.run(_run(Cloud(settings, leasing.HOOKS), demo))
    except Problem as problem:
        print(problem, file=sys.stderr)
    except Unresolved as error:
        print(f"The templates have something that local/cloud/ does not know ({error}): teach it.", file=sys.stderr)
    return 1


ALLOWED = ("ALLOW_LOCAL_TARGETS", "SMS_A_DAY", "WHATSAPP_A_DAY")
"""What whoever starts the platform may set for every function: on one's own machine, servers that users name may be on
it, too (shared/kit/addresses.py), which no template allows; and fewer messages are soon beyond the day's limit."""


def _settings() -> tuple[Settings, bool]:
    """The parsed arguments, and whether to create demo data."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--port", default=os.environ.get("PORT", "8000"), help="0 for any free one")
    parser.add_argument("--state", type=Path, default=CHECKOUT / ".local", help="where data and logs go")
    parser.add_argument("--templates", type=Path, help="a cdk.out to run instead of this checkout's own")
    parser.add_argument("--bare", action="store_true", help="without demo data")
    parser.add_argument("--environment", type=json.loads, default={}, help="JSON, added to every function's")
    given = parser.parse_args()
    if not given.port.isdecimal() or int(given.port) > 65535:
        raise Problem(f"PORT={given.port} is no port: leave it out, or set a number up to 65535.")
    keep = os.environ.get("KEEP", "") not in ("", "0")
    allowed = {name: value for name in ALLOWED if (value := os.environ.get(name))}
    settings = Settings(int(given.port), given.state, keep, given.templates, allowed | given.environment)
    return settings, not (keep or given.bare)


async def _run(cloud: Cloud, demo: bool) -> int:
    started = time.monotonic()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    # Threads of the state machine and the event loop share one interpreter: switch more often than every 5 ms, or a
    # frame waits for another thread's turn to end.
    sys.setswitchinterval(0.001)
    starting, stopped = asyncio.ensure_future(cloud.start()), asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait([starting, stopped], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await _greet(cloud, demo, time.monotonic() - started)
            await stopped
        else:
            starting.cancel()
            await asyncio.wait([starting])
    finally:
        if stopped.done():
            print("stopping", flush=True)
        stopped.cancel()
        await cloud.stop()
    return 0


async def _greet(cloud: Cloud, demo: bool, seconds: float) -> None:
    lines = [
        f"REST       {cloud.url}/api/v1",
        f"docs       {cloud.url}/docs",
        f"WebSocket  {cloud.url.replace('http', 'ws', 1)}/ws",
        f"mailbox    {cloud.url}/_local/mailbox",
        f"Redis      {cloud.redis.kind}",
        f"logs       {cloud.lambdas.logs}",
    ]
    if demo:
        lines += await asyncio.to_thread(tower.create, cloud.url)
    print("\n".join(lines))
    print(f"ready in {seconds:.1f} s (Ctrl-C stops everything)", flush=True)
    if demo:
        print("a demo city is being made meanwhile: towers first, then their deals, in some minutes", flush=True)
        threading.Thread(target=_tell, args=(city.fill(cloud.url, cloud.front.is_quiet),), daemon=True).start()


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is stopped; threads that still work on a request have nobody left to answer.
    os._exit(code)
