"""Quality 35: a connection that is used again after a crash remembers nothing, and without a context shows nothing."""

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from functions.bids.list_bids import list_bids
from functions.bids.place_bid import place_bid
from functions.contracts.list_contracts import list_contracts
from shared.bids import queries
from shared.kit import connection, db
from shared.kit.catalog import DATABASE_USERS
from tests.call import http_event
from tests.leasing.deal import Deal
from tests.world import close_connections

CONTEXT = """
SELECT app.user_id() AS user_id, app.organization_id() AS organization_id, app.role() AS role,
       pg_backend_pid() AS backend
"""
PRIVATE = ["users", "sessions", "bids", "bid_versions", "contracts", "payments", "notifications", "audit_logs"]


class Crash(BaseException):
    """What nobody foresaw, and nobody catches."""


def raising(error):
    def step(*_, **__):
        raise error

    return step


def in_the_story(patch, _):
    patch.setattr(queries, "insert_bid", raising(RuntimeError("a defect")))


def out_of_the_story(patch, _):
    patch.setattr(queries, "insert_bid", raising(Crash()))


def after_the_story(patch, _):
    patch.setattr(db, "keep_answer", raising(RuntimeError("a defect")))


def at_commit(patch, _):
    patch.setattr(db.Tx, "commit", raising(RuntimeError("a defect")))


def in_a_statement(patch, _):
    patch.setattr(queries, "insert_bid", lambda tx, *_: tx.all("SELECT 1 / 0"))


def by_the_clock(patch, _):
    def late(tx, *_):
        tx.run("SET LOCAL statement_timeout = 20")
        return tx.all("SELECT pg_sleep(5)")

    patch.setattr(queries, "insert_bid", late)


def in_the_backend(patch, world):
    def cut(tx, *_):
        [row] = tx.all("SELECT pg_backend_pid() AS pid")
        world.sql("SELECT pg_terminate_backend(%(pid)s)", pid=row["pid"])
        return tx.all("SELECT pg_sleep(1)")

    patch.setattr(queries, "insert_bid", cut)


CRASHES = [in_the_story, out_of_the_story, after_the_story, at_commit, in_a_statement, by_the_clock, in_the_backend]


@pytest.fixture
def deal(world, call):
    return Deal(world, call)


def writers():
    """The connection that endpoints which write share in this environment."""
    return connection.connections()[DATABASE_USERS["writer"]]


def assert_nobody(connection):
    """Idle, in no transaction, without locks, in nobody's name; every private table is empty."""
    assert connection.info.transaction_status == TransactionStatus.IDLE
    seen = connection.execute(CONTEXT).fetchone()
    assert (seen["user_id"], seen["organization_id"], seen["role"] or None) == (None, None, None)
    locks = connection.execute("SELECT count(*) AS n FROM pg_locks WHERE pid = pg_backend_pid() AND NOT fastpath")
    assert locks.fetchone()["n"] <= 1  # its own, on this transaction
    for table in PRIVATE:
        try:
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
        except psycopg.errors.InsufficientPrivilege:
            continue
        assert rows == [], table
    return seen["backend"]


@pytest.mark.parametrize("crash", CRASHES, ids=lambda crash: crash.__name__)
def test_after_a_crash_the_next_request_has_only_its_own_caller(world, call, deal, monkeypatch, crash):
    client, stranger, space = world.client(), world.client(), world.space()
    asked = {"as_": client, "body": {"space_id": space, "bid_amount": 5}, "key": "key-1"}
    close_connections()
    call(place_bid, as_=deal.client, body={"space_id": world.space(), "bid_amount": 5})
    backend = assert_nobody(writers())

    with monkeypatch.context() as patch:
        crash(patch, world)
        try:
            assert place_bid(http_event(place_bid.operation, **asked), None)["statusCode"] in (500, 503)
        except Crash:
            pass

    assert world.sql("SELECT id FROM bids WHERE space_id = %(id)s", id=space) == []
    assert world.events(actor=client) == []
    theirs = call(place_bid, as_=stranger, body={"space_id": space, "bid_amount": 7})
    again = assert_nobody(writers())
    assert (again == backend) == (crash is not in_the_backend)
    [row] = world.sql("SELECT * FROM bids WHERE space_id = %(id)s", id=space)
    assert (str(row["id"]), row["client_id"], row["created_by"]) == (theirs.json["id"], stranger.id, stranger.id)
    assert [bid["id"] for bid in call(list_bids, as_=stranger).json["data"]] == [theirs.json["id"]]
    # What crashed was rolled back with its key: the same request does it now.
    done = call(place_bid, **asked)
    assert (done.status, "idempotent-replayed" in done.headers) == (201, False)


def test_a_read_leaves_no_context_on_its_connection(world, call, deal):
    close_connections()
    assert call(list_contracts, as_=deal.owner).json["data"] != []

    backend = assert_nobody(connection.connections()[DATABASE_USERS["reader"]])
    assert call(list_contracts, as_=world.owner()).json["data"] == []
    assert assert_nobody(connection.connections()[DATABASE_USERS["reader"]]) == backend
