"""Quality 14–30 together: people go on dealing while everything under them fails, and afterwards nothing is wrong.

`make chaos`. Ten minutes at most. Prints what was done to the platform and what the people saw of it.
"""

import contextlib
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import psutil
import psycopg
import pytest
from psycopg.rows import dict_row

from local.cloud.data.postgres import Postgres
from local.cloud.data.redis import Redis
from local.platform import Platform
from tests.chaos.model import explains
from tests.chaos.proxy import FaultProxy, at_commit, at_random
from tests.chaos.table import Move, Table, until_found
from tests.invariants import broken
from tests.journeys.client import Person
from tests.journeys.deals import new_building

TABLES = 3
SECONDS = 15.0

pytestmark = pytest.mark.slow


class Faults:
    """What is done to the platform, one thing after the other."""

    def __init__(
        self, platform: Platform, postgres: Postgres, redis: Redis, pg: FaultProxy, valkey: FaultProxy
    ) -> None:
        self.platform, self.postgres, self.redis, self.pg, self.valkey = platform, postgres, redis, pg, valkey

    def all(self) -> dict[str, Callable[[], object]]:
        pg, valkey = self.pg, self.valkey
        return {
            "nothing": lambda: wait(SECONDS),
            "24 PostgreSQL refuses, and cuts what stands": self.refuse,
            "24 PostgreSQL is lost before a query or in the middle of one": lambda: suffer(
                pg, fate=at_random("before", 0.03)
            ),
            "24 PostgreSQL is lost before the answer": lambda: suffer(pg, fate=at_random("after", 0.03)),
            "24 PostgreSQL is lost before COMMIT": lambda: suffer(pg, fate=at_commit("before", 0.4)),
            "24 PostgreSQL is lost during COMMIT": lambda: suffer(pg, fate=at_commit("after", 0.4)),
            "25 PostgreSQL takes two seconds longer": lambda: suffer(pg, delay=2.0),
            "25 PostgreSQL has no connection left": self.exhaust,
            "30 PostgreSQL crashes and comes back": self.crash,
            "27 Valkey refuses": lambda: suffer(valkey, refuses=True, fate=at_random("before", 1.0)),
            "27 Valkey is slow": lambda: suffer(valkey, delay=0.2),
            "27 Valkey forgets, and holds what it should not": self.confuse,
            "28 S3 is down": lambda: self.without("s3"),
            "29 SES is down": lambda: self.without("ses"),
            "14 EventBridge is down": lambda: self.without("events"),
            "14 SQS is down": lambda: self.without("sqs"),
            "15 16 functions are killed where they stand": self.kill,
        }

    def refuse(self) -> None:
        for _ in range(4):
            with self.pg.suffering(refuses=True):
                self.pg.cut_all()
                wait(1.5)
            wait(2)

    def exhaust(self) -> None:
        taken = []
        with self.pg.suffering(refuses=True):
            self.pg.cut_all()
            wait(0.5)
            try:
                while True:
                    taken.append(psycopg.connect(self.postgres.url()))
            except psycopg.OperationalError:
                pass
        wait(SECONDS)
        for connection in taken:
            connection.close()

    def crash(self) -> None:
        for _ in range(2):
            self.postgres.stop(signal.SIGQUIT)
            wait(1.5)
            self.postgres.start()
            wait(4)

    def confuse(self) -> None:
        for _ in range(5):
            tell(self.redis.port, "FLUSHALL")
            wait(1.5)
            tell(self.redis.port, f'EVAL "{WRONG_TYPES}" 0')
            wait(1.5)

    def without(self, service: str) -> None:
        self.platform.control(service, "stop")
        wait(SECONDS * 2 / 3)
        self.platform.control(service, "start")
        wait(3)

    def kill(self) -> None:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            workers = workers_of(self.platform.details["pid"])
            if workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(random.choice(workers), signal.SIGKILL)  # noqa: S311
            wait(0.25)


# Every key becomes a list, for half a minute.
WRONG_TYPES = (
    "for _, key in ipairs(redis.call('KEYS', '*')) do "
    "redis.call('DEL', key) redis.call('RPUSH', key, 'x') redis.call('EXPIRE', key, 30) end"
)


def tell(port: int, command: str) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"{command}\r\n".encode())
        connection.recv(1000)


def workers_of(platform: int) -> list[int]:
    """The processes of functions, which their zygote has forked."""
    found = []
    for child in psutil.Process(platform).children():
        # Processes end while one looks at them.
        with contextlib.suppress(psutil.NoSuchProcess):
            if any("zygote" in word for word in child.cmdline()):
                found += [worker.pid for worker in child.children()]
    return found


def wait(seconds: float) -> None:
    time.sleep(seconds)


def suffer(proxy: FaultProxy, **faults: object) -> None:
    with proxy.suffering(**faults):
        wait(SECONDS)
    proxy.cut_all()


class Room:
    """Some tables, at each of which one space after the other is dealt with until the room closes."""

    def __init__(self, platform: Platform) -> None:
        self.closing = threading.Event()
        self.tables: list[Table] = []
        self.failed: list[BaseException] = []
        people = [[Person(platform, role) for role in ("OWNER", "CLIENT", "CLIENT")] for _ in range(TABLES)]
        seats = [(owner, (one, other), new_building(owner)) for owner, one, other in people]
        self._threads = [threading.Thread(target=self._deal, args=seat) for seat in seats]
        self._threads.append(threading.Thread(target=self._pay))

    def __enter__(self) -> "Room":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.closing.set()
        for thread in self._threads:
            thread.join()

    def _deal(self, owner: Person, clients: tuple[Person, Person], building: Any) -> None:
        try:
            while not self.closing.is_set():
                table = Table(owner, clients, building)
                table.open()
                self.tables.append(table)
                table.play(time.monotonic() + 20)
        except BaseException as error:  # noqa: BLE001 (told by the test)
            self.failed.append(error)

    def _pay(self) -> None:
        while not self.closing.wait(0.5):
            self.pay()

    def pay(self) -> None:
        """Whoever has a schedule by now pays the first installment."""
        for table in list(self.tables):
            if table.executed and not table.recorded:
                table.pay()

    def moves(self) -> list[Move]:
        return [move for table in self.tables for move in table.history]


def test_users_keep_making_deals_whatever_fails(
    platform: Platform, postgres: Postgres, redis: Redis, database_proxy: FaultProxy, cache_proxy: FaultProxy
) -> None:
    faults = Faults(platform, postgres, redis, database_proxy, cache_proxy)
    print(f"\n{'what fails':<62} moves  answered at once  longest wait")
    with Room(platform) as room:
        for name, fault in faults.all().items():
            if os.environ.get("ONLY", "") not in name:
                continue
            begun = time.monotonic()
            fault()
            print(line(name, [move for move in room.moves() if move.begun >= begun]), flush=True)
    assert not room.failed, room.failed
    database = postgres.url("leasing")
    assert conclude(room.tables, database) == [], "deals that come to no end"
    room.pay()
    settle(database)

    assert broken(database) == {}
    assert unexplained(room.tables, database) == []
    assert lost(room.tables, database) == []
    silent = [move for move in room.moves() if not move.status]
    assert silent == [], "moves that nobody ever answered"
    statuses = Counter((move.name, move.status) for move in room.moves())
    print(f"{len(room.tables)} spaces, {len(room.moves())} moves: {dict(sorted(statuses.items()))}")
    assert {("place", 201), ("approve", 200), ("sign", 200), ("record", 200)} <= set(statuses), "too little happened"


def line(name: str, moves: list[Move]) -> str:
    at_once = sum(move.tries == 1 for move in moves)
    longest = max((move.ended - move.begun for move in moves if move.ended), default=0.0)
    return f"{name:<62} {len(moves):5}  {at_once:5}             {longest:5.1f} s"


def conclude(tables: list[Table], database: str) -> list[dict[str, Any]]:
    """Bring every deal to its end: whoever's turn it is signs. The contracts that come to none."""
    deadline = time.monotonic() + 240
    while (left := [live for table in tables for live in unfinished(table, database)]) and time.monotonic() < deadline:
        time.sleep(1)
    return left


def unfinished(table: Table, database: str) -> list[dict[str, Any]]:
    """The table's contracts that are not at their end yet; whoever can sign one does."""
    live = rows(
        database,
        """SELECT c.id::text, c.client_id::text, c.status, c.signature_status, c.termination_reason
           FROM contracts c JOIN spaces s ON s.id = c.space_id
           WHERE s.id = %s AND (c.status IN ('DRAFT', 'PENDING_SIGNATURE')
                                OR c.status = 'TERMINATED' AND s.held_by_contract_id = c.id)""",
        table.space["id"],
    )
    for contract in live:
        if contract["status"] == "PENDING_SIGNATURE" and contract["signature_status"] != "FULLY_SIGNED":
            client = next(person for person in table.clients if person.id == contract["client_id"])
            turn = (client, client.id) if contract["signature_status"] == "NONE" else (table.owner, "owner")
            table.sign(*turn, contract["id"])
    return live


def settle(database: str) -> None:
    """Wait until the events are out and what they cause is done."""
    until_found(lambda: not rows(database, "SELECT FROM outbox WHERE published_at IS NULL"), 120)
    until_found(
        lambda: (
            not rows(
                database,
                """SELECT FROM bids b JOIN contracts c USING (space_id)
                   WHERE b.status = 'PENDING' AND c.status = 'SIGNED'""",
            )
        ),
        120,
    )


def unexplained(tables: list[Table], database: str) -> list[list[Move]]:
    """The histories that the model cannot explain."""
    found = []
    for table in tables:
        space = table.space["id"]
        bids = rows(database, "SELECT id::text, status FROM bids WHERE space_id = %s", space)
        held = rows(database, "SELECT id::text, bid_id::text FROM contracts WHERE space_id = %s", space)
        final = {bid["id"]: bid["status"] for bid in bids}
        if not explains(table.history, {contract["id"]: contract["bid_id"] for contract in held}, final):
            found.append(table.history)
    return found


def lost(tables: list[Table], database: str) -> list[str]:
    """What was acknowledged and is not there, or is there twice."""
    found = [bid for table in tables for bid in table.bids if not rows(database, "SELECT FROM bids WHERE id = %s", bid)]
    for table in tables:
        for reference in table.recorded:
            sql = "SELECT FROM payment_transactions WHERE transaction_reference = %s AND kind = 'PAYMENT'"
            found += [reference] * (len(rows(database, sql, reference)) != 1)
    return found


def rows(database: str, sql: str, *values: Any) -> list[dict[str, Any]]:
    with psycopg.connect(database, row_factory=dict_row) as connection:
        return connection.execute(sql, values).fetchall()  # type: ignore[arg-type]
