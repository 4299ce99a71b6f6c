"""People who go on working while the schema changes under them, and somebody who looks how long they wait."""

import random
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.errors import InsufficientPrivilege, UndefinedColumn, UndefinedFunction, UndefinedTable
from psycopg.types.json import Jsonb

from shared.auth import queries as auth
from shared.bids import queries as bids
from shared.buildings import queries as buildings
from shared.contracts import queries as contracts
from shared.journal import accounts as charts
from shared.journal import periods
from shared.journal import queries as journal
from shared.kit import db
from shared.kit.catalog import DATABASE_USERS, Database
from shared.notifications import queries as notifications
from shared.payments import account, invoices, ledger, losses, plans, settling
from shared.payments import queries as payments
from shared.payments.bound import LOCK_MONEY
from shared.spaces import queries as spaces
from shared.system import leftovers
from shared.system import queries as system
from shared.taxes import queries as taxes
from shared.users import queries as users
from tests.migrations.filled import few, row_id

WRITERS = 3


@dataclass(frozen=True)
class Work:
    """One transaction of an operation: the statements that it sends, as the role it runs as."""

    name: str
    role: Database
    statements: tuple[str, ...]
    side: str = "OWNER"


# The statements of today's operations. Which release they could belong to is found out: those that PREPARE before a
# migration are what the release before it runs; those that PREPARE only after it are what the new one runs.
_TOLD = (db._INSERT_EVENT, db._INSERT_AUDIT)
WORKS = (
    Work("place and withdraw a bid", "writer", (
        spaces._LOCK_SPACE, bids._INSERT, bids._INSERT_VERSION, bids._UPDATE_DECIDED, *_TOLD), "CLIENT"),
    Work("list bids", "reader", (bids._SELECT_PAGE,)),
    Work("counter a bid", "writer", (bids._LOCK_SPACE_OF, bids._LOCK_ONE, bids._SELECT_VERSIONS, *_TOLD)),
    Work("change a space", "writer", (spaces._LOCK_OWN, spaces._UPDATE_SPACE, *_TOLD)),
    Work("read a space", "reader", (spaces._SELECT_SPACE,)),
    Work("change a building", "writer", (buildings._UPDATE_BUILDING, *_TOLD)),
    Work("read buildings", "reader", (buildings._SELECT_BUILDING, buildings._SELECT_BUILDINGS)),
    Work("sign in", "auth", (auth._SELECT_LOGIN, auth._INSERT_SESSION, *_TOLD)),
    Work("count a login", "auth", (auth._LOCK_WINDOW, auth._LOCK_ATTEMPTS)),
    Work("change a profile", "writer", (users._LOCK_PROFILE, users._UPDATE_PROFILE, *_TOLD), "CLIENT"),
    Work("read a contract", "reader", (contracts._SELECT_ONE, contracts._SELECT_SIGNATURES)),
    Work("list payments", "reader", (payments._SELECT_PAGE,)),
    Work("record a payment", "writer", (
        payments._LOCK_ONE, payments._INSERT_TRANSACTION, settling._UPDATE_SETTLED, *_TOLD)),
    Work("invoice a payment", "worker", (payments._INSERT_INVOICES,)),
    Work("list invoices", "reader", (invoices._SELECT_PAGE,)),
    Work("read a ledger", "reader", (ledger._SELECT_LEDGER,)),
    Work("write a debt off", "writer", (
        payments._LOCK_MONEY, payments._LOCK_ONE, losses._INSERT_WRITE_OFF, losses._UPDATE_WRITTEN_OFF,
        settling._UPDATE_SETTLED, *_TOLD)),
    Work("refund credit", "writer", (LOCK_MONEY, account.SELECT_ACCOUNT, account._INSERT, *_TOLD)),
    Work("agree on a plan", "writer", (LOCK_MONEY, plans._LOCK_DEBTS, plans._INSERT, *_TOLD)),
    Work("read plans", "reader", (plans._SELECT_OF_CONTRACT,)),
    Work("close months", "writer", (
        periods._LOCK_BOOKS, periods._SELECT_BOOKS, periods._UPSERT_OPEN_FROM, *_TOLD)),
    Work("name accounts", "writer", (charts._UPSERT_ACCOUNTS, *_TOLD)),
    Work("read the journal", "reader", (journal._SELECT_LINES,)),
    Work("keep a tax code", "writer", (taxes._LOCK_CODE, taxes._UPSERT, *_TOLD)),
    Work("report taxes", "reader", (taxes._SELECT_TAX,)),
    Work("notify", "worker", (notifications._INSERT_NOTIFICATIONS,)),
    Work("read notifications", "writer", (notifications._SELECT_NEWEST, notifications._UPDATE_READ), "CLIENT"),
    Work("relay", "worker", (system._SELECT_UNPUBLISHED, system._UPDATE_PUBLISHED)),
    Work("sweep", "worker", leftovers._STATEMENTS),
    # As the first release would have sent them, with no column that came later.
    Work("list payments (first release)", "reader", (
        "SELECT id, amount, paid_amount, status FROM payments WHERE owner_organization_id = %(owner_side)s "
        "ORDER BY due_date, id LIMIT %(limit)s",)),
    Work("record a payment (first release)", "writer", (
        "SELECT id FROM payments WHERE id = %(payment_id)s FOR UPDATE",
        "UPDATE payments SET paid_amount = 0, status = 'DUE', updated_at = now() WHERE id = %(payment_id)s")),
    Work("place and withdraw a bid (first release)", "writer", (
        spaces._LOCK_SPACE,
        "INSERT INTO bids (id, space_id, building_id, owner_id, owner_organization_id, client_id, "
        "client_organization_id, bid_amount, start_date, term_months, client_party, premises) "
        "SELECT %(id)s, s.id, b.id, b.owner_id, b.owner_organization_id, %(client)s, %(client_organization)s, 5, "
        "'2030-01-01', 12, '{}', '{}' FROM spaces s JOIN buildings b ON b.id = s.building_id WHERE s.id = %(space_id)s",
        "UPDATE bids SET status = 'WITHDRAWN', updated_at = now() WHERE id = %(id)s"), "CLIENT"),
    Work("add a building and a space (first release)", "writer", (
        "INSERT INTO buildings (id, owner_organization_id, owner_id, name, address, total_floors) "
        "VALUES (%(new_building)s, %(owner_side)s, %(owner)s, 'New', '{}', 1)",
        "INSERT INTO floors (id, building_id, owner_organization_id, floor_number) "
        "VALUES (%(new_floor)s, %(new_building)s, %(owner_side)s, 1)",
        "INSERT INTO spaces (id, floor_id, building_id, owner_organization_id, name, gross_sqft, usable_sqft, "
        "usage_type) VALUES (%(new_space)s, %(new_floor)s, %(new_building)s, %(owner_side)s, 'New', 9, 8, 'OFFICE')")),
    Work("change a contract and schedule a payment (first release)", "worker", (
        "UPDATE contracts SET updated_at = now() WHERE id = %(contract_id)s",
        "INSERT INTO payments (id, contract_id, owner_organization_id, client_organization_id, payer_id, charge, "
        "period_start, amount, due_date) SELECT %(new_payment)s, id, owner_organization_id, client_organization_id, "
        "client_id, 'INTEREST', '2020-01-01'::date + %(moment)s::int, 5, '2026-01-01' FROM contracts "
        "WHERE id = %(contract_id)s ON CONFLICT DO NOTHING")),
    Work("sign (first release)", "writer", (
        "INSERT INTO signatures (id, contract_id, owner_organization_id, client_organization_id, side, user_id, "
        "signature, consent, document_sha256) SELECT %(new_signature)s, id, owner_organization_id, "
        "client_organization_id, 'OWNER', %(owner)s, 'S', true, document_sha256 FROM contracts "
        "WHERE id = %(contract_id)s ON CONFLICT DO NOTHING",)),
    Work("sign", "worker", (contracts._INSERT_SIGNATURE + "ON CONFLICT DO NOTHING",)),
)  # fmt: skip


# What a work calls otherwise than others do.
_OWN: dict[str, dict[str, Any]] = {
    "refund credit": {"kind": "REFUND", "payment_method": "cheque"},
    "keep a tax code": {"category": "STANDARD"},
}


def works_that_prepare(database_url: str) -> tuple[Work, ...]:
    """Those whose every statement the database understands, at the migration where it is."""
    with psycopg.connect(database_url) as connection:
        return tuple(work for work in WORKS if all(_prepares(connection, work, sql) for sql in work.statements))


def _prepares(connection: psycopg.Connection[Any], work: Work, sql: str) -> bool:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"SET LOCAL ROLE {DATABASE_USERS[work.role]}")  # type: ignore[arg-type]
            # Nothing is done: EXPLAIN only plans, but asks for the rights.
            connection.execute(f"EXPLAIN {sql}", _values(random.Random(1), 1000))  # type: ignore[arg-type] # noqa: S311
    except (UndefinedColumn, UndefinedTable, UndefinedFunction, InsufficientPrivilege):
        return False
    return True


class Values(dict[str, Any]):
    """What a statement may ask for; what nobody here knows is NULL."""

    def __missing__(self, name: str) -> None:
        return None


def _values(chance: random.Random, rows: int) -> Values:
    """Something for every parameter that may not be NULL; of one building, its owner and some client."""
    building = chance.randint(1, few(rows))
    owner, client = building + building % 2, chance.randrange(1, few(rows), 2)
    place = chance.randrange(building - 1, rows, few(rows)) or few(rows)
    contract = chance.randrange(building - 1, rows // 10, few(rows)) or few(rows)
    mine = row_id("organization", owner)
    return Values({
        "limit": 21, "sees_all": False, "moment": chance.randint(0, 9000),
        "owner": row_id("user", owner), "owner_side": mine, "own_organization_id": mine,
        "client": row_id("user", client), "client_organization": row_id("organization", client),
        "client_id": row_id("user", client), "email": f"person{client}@example.com",
        "space_id": row_id("space", place), "building_id": row_id("building", building),
        "contract_id": row_id("contract", contract), "payment_id": row_id("payment", contract * 10 - 5),
        "id": uuid4(), "bid_id": uuid4(), "new_building": uuid4(), "new_floor": uuid4(), "new_space": uuid4(),
        "new_payment": uuid4(), "new_signature": uuid4(), "audit_id": uuid4(), "notification_id": uuid4(),
        "event_id": uuid4(), "object_id": uuid4(), "ids": [uuid4()],
        "email_hash": uuid4().hex, "refresh_hash": uuid4().hex, "subject_hash": uuid4().hex * 2,
        "bid_amount": 1000, "contract_type": "LEASE", "start_date": "2030-01-01", "term_months": 12,
        "terms": Jsonb({}), "economics": None, "side": "OWNER", "name": "Some One",
        "object_type": "bid", "payload": Jsonb({}), "correlation_id": "x", "operation": "place_bid",
        "address": Jsonb({}), "timezone": "UTC", "category": "COMMERCIAL", "total_floors": 1,
        "amenities": Jsonb([]), "images": Jsonb([]), "gross_sqft": chance.randint(500, 5000), "usable_sqft": 400,
        "usage_type": "OFFICE", "is_leasable": True, "base_price_monthly": 1000, "currency": "USD",
        "availability_status": chance.choice(["AVAILABLE", "OCCUPIED", "MAINTENANCE"]),
        "days": 7, "seconds": 60, "channels": Jsonb({}), "bio": "b", "skills": Jsonb([]), "certifications": Jsonb([]),
        "language": "en", "notification_preferences": Jsonb({}), "public_url": "x", "paid_date": "2026-01-01",
        "today": "2026-01-01", "day": "2026-01-01", "payment_ids": [row_id("payment", contract * 10 - 5)],
        "kind": "PAYMENT", "amount": 1, "notices": Jsonb([]), "provider": "BUILT_IN",
        "invoice_ids": [uuid4()], "plan_id": uuid4(), "total": 1, "accounts": Jsonb({}), "code": "FL",
        "installments": Jsonb([{"due_date": "2030-01-01", "amount": 1}]),
        "rates": Jsonb([{"from": "1900-01-01", "percent": 5}]),
    })  # fmt: skip


@dataclass
class Traffic:
    """Writers who do what they are told can be done, each in its own short transaction."""

    database_url: str
    rows: int
    works: tuple[Work, ...]
    done: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    longest: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Any:
        threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def until_all_is_done(self, seconds: float) -> None:
        """Wait until each work has been done at least once, or for so long."""
        deadline = time.monotonic() + seconds
        while len(self.done) < len(self.works) and time.monotonic() < deadline:
            time.sleep(0.05)

    def _write(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        connections = {role: self._connect(role) for role in ("reader", "writer", "worker", "auth")}
        while not self._over.is_set():
            work = chance.choice(self.works)
            begun = time.monotonic()
            try:
                self._do(connections[work.role], work, chance)
                self.done[work.name] += 1
            except psycopg.Error as error:
                connections[work.role].rollback()
                self.failed.append(f"{work.name}: {type(error).__name__} {error}")
            self.longest = max(self.longest, time.monotonic() - begun)
            time.sleep(0.005)
        for connection in connections.values():
            connection.close()

    def _connect(self, role: str) -> psycopg.Connection[Any]:
        # As the product connects: through a proxy that pins whoever prepares.
        return psycopg.connect(self.database_url, user=DATABASE_USERS[role], prepare_threshold=None)

    def _do(self, connection: psycopg.Connection[Any], work: Work, chance: random.Random) -> None:
        values = _values(chance, self.rows)
        caller: tuple[UUID | None, UUID | None, str] = (values["owner"], values["owner_side"], "OWNER")
        if work.side == "CLIENT":
            caller = (values["client"], values["client_organization"], "CLIENT")
            values |= {"id": values["client"]} if "profile" in work.name else {}
            values |= {"id": values["bid_id"], "status": "WITHDRAWN", "side": "CLIENT"} if "bid" in work.name else {}
        elif work.name == "change a space":
            values |= {"id": values["space_id"]}
        elif work.name == "change a building":
            values |= {"id": values["building_id"]}
        values |= _OWN.get(work.name, {})
        values |= {"actor": caller[0], "author_id": caller[0], "by": caller[0], "organization_id": caller[1]}
        values |= {"user_id": caller[0]}
        with connection.transaction():
            if work.role not in ("worker", "auth"):
                connection.execute("SELECT app.set_ctx(%s, %s, %s)", caller)
            else:
                connection.execute("SELECT app.set_ctx(NULL, NULL, 'WORKER')")
            for sql in work.statements:
                told = {"id": uuid4(), "after": None, "before": None, "status": 200} if sql in _TOLD else {}
                connection.execute(sql, Values(values | told))  # type: ignore[arg-type]


@dataclass
class Watch:
    """Looks into pg_locks, many times a second, for whoever waits and for what a migration keeps from others."""

    database_url: str
    longest_wait: float = 0.0
    longest_hold: float = 0.0
    worst: str = ""
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Any:
        thread = threading.Thread(target=self._look)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _look(self) -> None:
        held: dict[tuple[int, str, str], float] = {}
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            while not self._over.wait(0.01):
                for wait, query in connection.execute(_WAITING).fetchall():
                    if wait > self.longest_wait:
                        self.longest_wait, self.worst = wait, query
                now = time.monotonic()
                found = set(connection.execute(_HOLDING).fetchall())
                held = {key: held.get(key, now) for key in found}
                self.longest_hold = max([self.longest_hold, *(now - since for since in held.values())])


# Without the migration itself, which may wait as it likes, as long as it gives way.
_WAITING = """
SELECT extract(epoch FROM clock_timestamp() - l.waitstart)::float, left(a.query, 200)
FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE NOT l.granted AND l.waitstart IS NOT NULL AND a.datname = current_database() AND a.usename LIKE 'app_%'
"""

# Locks on whole tables that stop writers; nobody but a migration takes them.
_HOLDING = """
SELECT l.pid, l.relation::regclass::text, a.xact_start::text
FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) JOIN pg_class AS c ON c.oid = l.relation
WHERE l.granted AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
  AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.datname = current_database()
  AND l.pid <> pg_backend_pid()
"""
