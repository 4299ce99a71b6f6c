"""`make load`: twenty requests a second of mixed traffic and two hundred sockets on a platform of its own.

Passes where no answer is a 5xx, every bid's owner heard of it on every socket, nothing in the database is broken, and
the platform's memory is flat once it is warm. MINUTES (5) and RATE (20 requests a second) may be set.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from local.platform import Platform
from tests.invariants import broken
from tests.journeys.client import PASSWORD, Person
from tests.journeys.deals import new_building, new_space
from tests.load.ears import Ears
from tests.load.memory import Memory, Sample, slope

MINUTES = float(os.environ.get("MINUTES", "5"))
RATE = float(os.environ.get("RATE", "20"))
VISITORS = 40
OWNERS, OWNERS_SOCKETS, SPACES = 10, 10, 4
CLIENTS, CLIENTS_SOCKETS = 25, 4

WARM = 120.0
"""Seconds after which memory may not grow any more."""
FLAT = 7.0
"""MB a minute that the platform's own process may grow by when it is warm, beside the documents it stores:
the histories of sagas are data, too, which AWS keeps on its disks."""
FLAT_EACH = 0.2
"""MB a minute that each other process may grow by."""
MORE = 1.2
"""How many times the processes of the first minutes there may be later."""

REFUSED = 0.01
"""Of all requests, which people who come at the same moment may be refused (409)."""

LOCUST = Path(sys.prefix) / "load" / "bin" / "locust"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, Platform(rate_limit_scale=1000) as platform:
        cast, people = _cast(platform)
        ears = Ears(platform.ws_url, people)
        ears.open()
        when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        print(f"{when}: {sum(map(len, people.values()))} sockets are open; {MINUTES:g} minutes begin", flush=True)
        memory = Memory(platform.details["pid"], lambda: _stored(platform))
        memory.start()
        requests = _traffic(platform, Path(folder), cast)
        memory.stop()
        print(f"load {os.getloadavg()[0]:.1f} at the end", flush=True)
        settled = _settle(platform.database_url, ears)
        ears.close()
        problems = [] if settled else ["events are still on their way after a minute"]
        problems += _judge_requests(requests)
        problems += _judge_frames(platform.database_url, ears)
        problems += _judge_memory(memory.samples)
        problems += [f"{name}: {rows}" for name, rows in broken(platform.database_url).items()]
    print("\n".join(["", *(f"FAILED {problem}" for problem in problems)] if problems else ["", "all is well"]))
    return 1 if problems else 0


def _cast(platform: Platform) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Whoever takes part, for locust; and a token for each socket of each."""
    with ThreadPoolExecutor(4) as pool:
        owners = list(pool.map(lambda n: Person(platform, "OWNER", organization_name=f"Owner {n}"), range(OWNERS)))
        clients = list(pool.map(lambda n: Person(platform, "CLIENT", organization_name=f"Client {n}"), range(CLIENTS)))
        premises = list(pool.map(_premises, owners))
    cast = {
        "password": PASSWORD,
        "owners": [_card(owner) | place for owner, place in zip(owners, premises, strict=True)],
        "clients": [_card(client) for client in clients],
    }
    people = {owner.id: [owner.token] * OWNERS_SOCKETS for owner in owners}
    return cast, people | {client.id: [client.token] * CLIENTS_SOCKETS for client in clients}


def _premises(owner: Person) -> dict[str, Any]:
    building = new_building(owner)
    floor = building["floors"][0]["id"]
    spaces = [new_space(owner, building)["id"] for _ in range(SPACES)]
    return {"building": building["id"], "spaces": [{"id": space, "floor_id": floor} for space in spaces]}


def _card(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in ("id", "name", "email", "token", "refresh_token")}


def _traffic(platform: Platform, folder: Path, cast: dict[str, Any]) -> list[dict[str, Any]]:
    """Let locust work; every request that it made."""
    (folder / "cast.json").write_text(json.dumps(cast))
    settings = {
        "CAST": str(folder / "cast.json"),
        "REQUESTS": str(folder / "requests.jsonl"),
        "HOST": platform.url,
        "RATE": str(RATE / VISITORS),
    }
    command = [LOCUST, "-f", Path(__file__).with_name("traffic.py"), "--headless", "--only-summary"]
    command += ["--users", str(VISITORS), "--spawn-rate", str(VISITORS / 4), "--run-time", f"{MINUTES * 60:.0f}s"]
    command += ["--exit-code-on-error", "0", "--stop-timeout", "30", "--loglevel", "WARNING"]
    with (folder / "locust.log").open("w") as log:
        ended = subprocess.run(command, env=os.environ | settings, stdout=log, stderr=log, check=False)
    if ended.returncode != 0:
        print((folder / "locust.log").read_text(), file=sys.stderr)
        raise SystemExit("locust could not work")
    return [json.loads(line) for line in (folder / "requests.jsonl").read_text().splitlines()]


def _settle(database: str, ears: Ears) -> bool:
    """Wait until every event is out, what it causes is done and has been heard; False where it takes over a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with psycopg.connect(database) as connection:
            left = connection.execute(
                "SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL) OR EXISTS ("
                " SELECT FROM contracts WHERE signature_status = 'FULLY_SIGNED' AND status = 'PENDING_SIGNATURE'"
                " OR status = 'DRAFT')"
            ).fetchone()
        if left == (False,) and not _lost(_expected(database), ears):
            return True
        time.sleep(1)
    return False


def _judge_requests(requests: list[dict[str, Any]]) -> list[str]:
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for request in requests:
        by_name[request["name"]].append(request)
    print(f"\n{'request':<34} {'n':>6} {'p50':>7} {'p95':>7} {'p99':>7}  answers")
    for name, some in sorted(by_name.items()):
        print(_line(name, some))
    print(_line("all", requests))
    seconds = max(request["at"] for request in requests) - min(request["at"] for request in requests)
    rate = len(requests) / seconds
    print(f"{len(requests)} requests in {seconds:.0f} s: {rate:.1f} a second")
    failed = Counter(f"{one['name']}: {one['problem']}" for one in requests if not 200 <= one["status"] < 300)
    bad = [one for one in requests if one["status"] >= 500 or one["status"] == 0]
    problems = [f"{len(bad)} of {len(requests)} requests had a 5xx or no answer"] if bad else []
    if failed.total() > REFUSED * len(requests):
        problems.append(f"{failed.total()} of {len(requests)} requests failed, and each of them should succeed")
    if rate < 0.9 * RATE:
        problems.append(f"{rate:.1f} requests a second and not {RATE:g}: the machine cannot keep up")
    for what, often in failed.most_common(10):
        print(f"{often:5} × {what}")
    return problems


def _line(name: str, requests: list[dict[str, Any]]) -> str:
    times = sorted(request["ms"] for request in requests)
    shares = [times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.95, 0.99)]
    answers = dict(sorted(Counter(request["status"] for request in requests).items()))
    return f"{name:<34} {len(requests):>6} {shares[0]:>7.0f} {shares[1]:>7.0f} {shares[2]:>7.0f}  {answers}"


def _expected(database: str) -> Counter[tuple[str, str, str]]:
    """How often each person had to hear that a bid has a status."""
    with psycopg.connect(database) as connection:
        told = connection.execute(
            "SELECT b.id::text, b.owner_id::text, b.client_id::text, o.name, o.payload ->> 'status', count(*)"
            " FROM outbox o JOIN bids b ON b.id = o.object_id WHERE o.object_type = 'bid' GROUP BY 1, 2, 3, 4, 5"
        ).fetchall()
    expected: Counter[tuple[str, str, str]] = Counter()
    for bid, owner, client, name, status, times in told:
        expected[owner, bid, status] += times
        # Whoever did it has the answer.
        if name in ("bid.approved", "bid.rejected", "bid.countered"):
            expected[client, bid, status] += times
    return expected


def _lost(expected: Counter[tuple[str, str, str]], ears: Ears) -> list[str]:
    """What some socket of somebody should have heard and did not."""
    return [
        f"{person} heard {socket[bid, status]} of {times} that bid {bid} is {status}"
        for (person, bid, status), times in expected.items()
        for socket in ears.heard[person]
        if socket[bid, status] < times
    ]


def _judge_frames(database: str, ears: Ears) -> list[str]:
    expected = _expected(database)
    lost = _lost(expected, ears)
    frames = sum(times * len(ears.heard[person]) for (person, _, _), times in expected.items())
    print(f"{ears.frames} frames; {frames} of them had to come, {len(lost)} did not; {len(ears.cut)} sockets were cut")
    problems = [f"{len(lost)} frames were lost, as: {lost[0]}"] if lost else []
    return problems + ([f"{len(ears.cut)} sockets were cut: {ears.cut[:3]}"] if ears.cut else [])


def _stored(platform: Platform) -> float:
    """MB of documents."""
    with psycopg.connect(platform.database_url) as connection:
        [documents] = connection.execute("SELECT coalesce(sum(byte_size), 0)::bigint FROM documents").fetchone() or [0]
    return float(documents) / 1024**2


def _judge_memory(samples: Sequence[Sample]) -> list[str]:
    print(f"\n{'minute':>6} {'platform':>9} {'stored':>8} {'functions':>10} {'others':>8} {'each':>8}  processes")
    for one in samples[:: max(len(samples) // max(int(MINUTES * 2), 1), 1)]:
        print(f"{one.at / 60:>6.1f} {one.platform:>6.0f} MB {one.stored:>5.1f} MB {one.functions:>7.0f} MB"
              f" {one.others:>5.0f} MB {one.each:>5.1f} MB {one.processes:>6}")  # fmt: skip
    warm = [one for one in samples if one.at >= WARM]
    if len(warm) < 6:
        print("too short to say whether memory is flat: MINUTES=5")
        return []
    own, each = (slope([(one.at, getattr(one, part)) for one in warm]) for part in ("own", "each"))
    most, before = (max(one.processes for one in some) for some in (warm, samples[: len(samples) - len(warm)]))
    print(f"from minute {WARM / 60:g} on, MB a minute: the platform's own process {own:+.1f} beside what it stores"
          f" (at most {FLAT:g}), each other process {each:+.2f} (at most {FLAT_EACH:g}); processes {before} before,"
          f" {most} at most since")  # fmt: skip
    problems = [f"the platform grows by {own:.1f} MB a minute beside what it stores"] if own > FLAT else []
    problems += [f"each process grows by {each:.2f} MB a minute"] if each > FLAT_EACH else []
    return problems + ([f"{most} processes, and {before} before"] if most > MORE * before else [])


if __name__ == "__main__":
    sys.exit(main())
