"""What no rule asks for any more goes; whatever somebody may still ask for stays."""

import psycopg
import pytest
from psycopg import sql

from functions.system import sweep_leftovers as sweep_module
from functions.system.sweep_leftovers import sweep_leftovers
from shared.kit.ids import new_id

# How each table's rows are told apart, and a row of it at an age.
ROWS = {
    "connections": (
        "connection_id",
        "INSERT INTO connections (connection_id, connected_at, expires_at) VALUES (%(id)s, {then}, {then})",
    ),
    "sessions": (
        "id",
        "INSERT INTO sessions (id, user_id, refresh_hash, expires_at)"
        " VALUES (%(id)s::uuid, %(user)s, %(id)s::text, {then})",
    ),
    "sessions revoked": (
        "id",
        "INSERT INTO sessions (id, user_id, refresh_hash, expires_at, revoked_at)"
        " VALUES (%(id)s::uuid, %(user)s, %(id)s::text, now() + interval '9 days', {then})",
    ),
    "user_tokens": (
        "id",
        "INSERT INTO user_tokens (id, user_id, purpose, token_hash, expires_at)"
        " VALUES (%(id)s::uuid, %(user)s, 'PASSWORD_RESET', %(id)s::text, {then})",
    ),
    "login_attempts": (
        "email_hash",
        "INSERT INTO login_attempts (email_hash, failed_attempts, updated_at) VALUES (%(id)s, 3, {then})",
    ),
    "rate_windows": (
        "subject_hash",
        "INSERT INTO rate_windows (subject_hash, updated_at) VALUES (%(hash)s, {then})",
    ),
    "idempotency_keys": (
        "key",
        "INSERT INTO idempotency_keys (user_id, key, operation, request_hash, created_at)"
        " VALUES (%(user)s, %(id)s, 'place_bid', 'hash', {then})",
    ),
    "work_items": (
        "entity_id",
        "INSERT INTO work_items (job, day, entity_id, done_at) VALUES ('remind', '2026-01-01', %(id)s, {then})",
    ),
    "outbox": (
        "id",
        "INSERT INTO outbox (id, name, object_type, occurred_at, published_at)"
        " VALUES (%(id)s, 'bid.placed', 'bid', {then}, {then})",
    ),
    "inbox": (
        "event_id",
        "INSERT INTO inbox (consumer, event_id, handled_at) VALUES ('notify_people', %(id)s, {then})",
    ),
    "sent_notices": (
        "id",
        "INSERT INTO sent_notices (id, user_id, event_id, channel, created_at)"
        " VALUES (%(id)s, %(user)s, %(id)s, 'sms', {then})",
    ),
}
AGES = {
    "connections": "2 hours",
    "sessions": "30 days",
    "sessions revoked": "30 days",
    "user_tokens": "7 days",
    "login_attempts": "1 day",
    "rate_windows": "1 day",
    "idempotency_keys": "2 days",
    "work_items": "400 days",
    "outbox": "60 days",
    "inbox": "90 days",
    "sent_notices": "90 days",
}
"""How long each is kept."""


@pytest.fixture
def aged(world):
    """A row of the table as old as its kind is kept, a little younger or older; whether it is still there."""
    user = world.client()

    def make(kind, shift):
        key, statement = ROWS[kind]
        id = new_id()
        name = f"{id.hex}{id.hex}" if kind == "rate_windows" else str(id)
        then = f"now() - interval '{AGES[kind]}' + interval '{shift}'"
        world.sql(statement.format(then=then), id=name, hash=name, user=user.id)

        def is_there():
            table = kind.partition(" ")[0]
            return bool(world.sql(f"SELECT 1 FROM {table} WHERE {key}::text = %(id)s", id=name))

        return is_there

    return make


@pytest.mark.parametrize("kind", ROWS)
def test_leftovers_are_deleted_and_younger_rows_stay(aged, kind):
    old, young = aged(kind, "-1 minute"), aged(kind, "1 minute")

    sweep_leftovers({}, None)

    assert (old(), young()) == (False, True)


@pytest.mark.parametrize("kind", [kind for kind in ROWS if kind not in ("connections", "sent_notices")])
def test_no_worker_can_delete_younger_rows(aged, database, kind):
    """The policies hold without any WHERE. Sockets, and messages that are tried anew, are the workers' own
    to delete."""
    old, young = aged(kind, "-1 minute"), aged(kind, "1 minute")
    table = sql.Identifier(kind.partition(" ")[0])
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET ROLE app_worker")
        connection.execute(sql.SQL("DELETE FROM {}").format(table))

    assert (old(), young()) == (False, True)


@pytest.mark.parametrize("table", ["audit_logs", "notifications", "signatures", "invoices", "contracts", "users"])
def test_records_are_not_leftovers(database, table):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET ROLE app_worker")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def test_an_unpublished_event_stays_however_old(world, aged):
    waiting = aged("outbox", "-300 days")
    world.sql("UPDATE outbox SET published_at = NULL WHERE occurred_at < now() - interval '300 days'")

    sweep_leftovers({}, None)

    assert waiting()
    world.sql("UPDATE outbox SET published_at = now() WHERE occurred_at < now() - interval '300 days'")


def test_a_locked_address_stays_locked(world, aged):
    locked = aged("login_attempts", "-1 hour")
    world.sql(
        "UPDATE login_attempts SET locked_until = now() + interval '1 minute'"
        " WHERE updated_at < now() - interval '25 hours'"
    )

    sweep_leftovers({}, None)

    assert locked()


def test_an_inbox_row_stays_while_the_outbox_has_its_event(world, aged):
    """A consumer that keeps order looks for events of the outbox that its inbox lacks."""
    old = aged("inbox", "-1 day")
    [row] = world.sql("SELECT event_id FROM inbox WHERE handled_at < now() - interval '90 days'")
    world.sql(
        "INSERT INTO outbox (id, name, object_type, published_at) VALUES (%(id)s, 'bid.placed', 'bid', now())",
        id=row["event_id"],
    )

    sweep_leftovers({}, None)

    assert old()


def test_a_session_is_deleted_after_its_registered_socket(world, aged):
    old = aged("sessions", "-1 minute")
    [session] = world.sql("SELECT id FROM sessions WHERE expires_at < now() - interval '30 days'")
    world.sql(
        "INSERT INTO connections (connection_id, session_id, connected_at, expires_at)"
        " VALUES ('still', %(id)s, now(), now() + interval '1 hour')",
        id=session["id"],
    )

    sweep_leftovers({}, None)
    assert old()

    world.sql(
        "UPDATE connections SET connected_at = now() - interval '3 hours', expires_at = now() - interval '1 hour'"
        " WHERE connection_id = 'still'"
    )
    sweep_leftovers({}, None)
    assert not old()


def test_more_leftovers_than_a_batch_are_deleted_in_one_night(world, aged, monkeypatch):
    monkeypatch.setattr(sweep_module, "_BATCH", 2)
    rows = [aged("rate_windows", "-1 hour") for _ in range(5)]

    sweep_leftovers({}, None)

    assert [row() for row in rows] == [False] * 5
