"""Two walls stand between tenants, the predicates of our SQL and row-level security: each holds alone (quality 34).

Every operation of the catalog is tried on somebody else's lease, once with the predicates taken out of every statement
on its way to the database, and once with row-level security switched off.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from shared.kit import cache, db
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.architecture import test_access as access
from tests.call import call, http_event, other_id

stage = access.stage

ALTERED = {"owner_side": None, "client_side": None, "broker_side": None, "either_side": None, "sees_all": True}
"""Parameters that confine a statement to the caller's own rows → the values with which they confine it no more."""
PERSONAL = re.compile(
    r"\b\w+\.(user|organization)_id = %\((user|organization)_id\)s(::uuid)?|\buser_id = %\(user_id\)s"
)
"""Predicates that no value switches off."""

PUBLIC = {"list_buildings", "list_floors", "list_tax_codes", "show_stacking_plan"}
"""Row-level security lets everybody read what is listed, and the tax codes that a bid may name; that these
show only one's own is the predicate's work. What it hides of others' leases in reports:
tests/reports/test_show_rent_roll.py."""
CONFINED = [o for o in access.GUARDED if o.access - access.SEES_ALL]
OWN_LISTS = [o for o in CONFINED if o.method == "GET" and o.name.startswith("list_") and "{" not in o.path]
BY_NAME = access.OPERATIONS
BY_ID = [o for o in CONFINED if "{" in str(o.path) and o.name not in access.NAMED | access.TAKES_LISTED]
TABLES = (
    "organizations",
    "users",
    "buildings",
    "floors",
    "spaces",
    "bids",
    "bid_versions",
    "contracts",
    "documents",
    "signatures",
    "payments",
    "payment_transactions",
    "invoices",
    "invoice_counters",
    "payment_plans",
    "tickets",
    "ticket_threads",
    "ticket_history",
    "ticket_invitations",
    "ticket_quotes",
    "ticket_ratings",
    "expenses",
    "maintenance_plans",
)
"""What belongs to a side, by its organization's id."""


def without_predicates(sql: str, values: Any) -> tuple[str, Any]:
    if not isinstance(values, dict) or not sql.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
        return sql, values
    return PERSONAL.sub("true", sql), values | {name: ALTERED[name] for name in ALTERED.keys() & values.keys()}


@pytest.fixture
def no_predicates(world: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every statement goes to the database without what confines it to the caller's own."""
    for kind in (db.Reading, db.Tx):
        batch = kind.batch
        monkeypatch.setattr(
            kind,
            "batch",
            lambda self, *asked, batch=batch: batch(self, *(without_predicates(sql, values) for sql, values in asked)),
        )
    run = db.Tx.run
    monkeypatch.setattr(db.Tx, "run", lambda self, sql, values=None: run(self, *without_predicates(sql, values)))
    cache.end_everything()
    yield
    cache.end_everything()


@pytest.fixture
def no_security(world: Any) -> Iterator[None]:
    """The database shows every row to everybody that a grant lets into the table."""
    tables = [row["name"] for row in world.sql("SELECT oid::regclass AS name FROM pg_class WHERE relrowsecurity")]
    for able in ("DISABLE", "ENABLE"):
        world.sql("; ".join(f"ALTER TABLE {table} {able} ROW LEVEL SECURITY" for table in tables))
        if able == "DISABLE":
            yield


def rows(world: Any, stage: Any) -> list[Any]:
    """What belongs to the two sides of the lease, to the last field."""
    sides = [stage.deal.owner.organization_id, stage.deal.client.organization_id]
    found = []
    for table in TABLES:
        sql = f"SELECT to_jsonb(t) AS row FROM {table} t WHERE to_jsonb(t)::text ~ %(sides)s ORDER BY t::text"
        found += [row["row"] for row in world.sql(sql, sides="|".join(str(side) for side in sides))]
    return found


def strangers(world: Any, operation: Any) -> list[Any]:
    return [world.user(role) for role in Role if role in operation.access and role not in access.SEES_ALL]


def refused(stage: Any, world: Any, operation: Any) -> None:
    ids = stage.ids | {"user_id": world.colleague(stage.deal.owner, Role.AGENT).id}
    before = rows(world, stage)
    for stranger in strangers(world, operation):
        foreign = access.attempt(stage, operation, stranger, ids)
        missing = access.attempt(stage, operation, stranger, dict.fromkeys(ids, other_id()))

        assert foreign.status == missing.status == 404, access.OPEN_TO_OTHERS.format(operation.name)
        assert foreign.json["error"] == missing.json["error"], stranger.role
    assert rows(world, stage) == before


@pytest.mark.parametrize("operation", [o for o in BY_ID if o.name not in PUBLIC], ids=lambda operation: operation.name)
def test_row_level_security_alone_hides_other_organizations_rows(operation, stage, world, no_predicates):
    refused(stage, world, operation)


@pytest.mark.parametrize("operation", BY_ID, ids=lambda operation: operation.name)
def test_predicates_alone_hide_other_organizations_rows(operation, stage, world, no_security):
    refused(stage, world, operation)


@pytest.mark.parametrize(
    ("operation", "wall"),
    [(o, "no_security") for o in OWN_LISTS] + [(o, "no_predicates") for o in OWN_LISTS if o.name not in PUBLIC],
    ids=lambda value: getattr(value, "name", value),
)
def test_either_wall_alone_limits_a_list_to_the_callers_own_rows(operation, wall, stage, world, request):
    request.getfixturevalue(wall)
    for stranger in strangers(world, operation):
        reply = access.attempt(stage, operation, stranger)
        text = reply.body.decode()

        assert reply.status == 200
        # Everybody's providers are called the same.
        assert not [name for name, id in stage.ids.items() if str(id) in text and name != "provider"], text
        assert str(stage.deal.owner.id) not in text and str(stage.deal.client.id) not in text


def test_without_predicates_an_unlisted_space_is_still_hidden_from_others(stage, world, no_predicates):
    hidden = world.space(stage.deal.owner, building=stage.ids["building_id"], is_leasable=False)
    for name in ("get_space", "get_building", "search_spaces", "list_floors"):
        operation = access.endpoint_of(BY_NAME[name])
        for user in (world.owner(), stage.deal.owner):
            ids = stage.ids | {"space_id": hidden}
            path = {one: ids[one] for one in operation.path_names} or None
            # As it comes over the wire: without its predicates a building looks like everybody's own.
            token = {"authorization": f"Bearer {user.token()}"}
            body = operation(http_event(operation.operation, as_=user, path=path, headers=token), None)["body"]

            assert (str(hidden) in body) == (user is stage.deal.owner), (name, body)
    world.sql("UPDATE spaces SET deleted_at = now() WHERE id = %(id)s", id=hidden)


def test_without_both_walls_a_stranger_reads_the_lease(stage, world, no_predicates, no_security):
    """So each test above has really taken one away."""
    for name in ("get_contract", "get_bid", "get_payment", "mark_notification_read"):
        for stranger in strangers(world, BY_NAME[name]):
            assert access.attempt(stage, BY_NAME[name], stranger).status == 200, (name, stranger.role)


WRITABLE = """
SELECT c.table_name AS "table", p.privilege_type AS "right",
       array_agg(c.column_name::text ORDER BY c.ordinal_position) AS columns
FROM information_schema.column_privileges p
JOIN information_schema.columns c USING (table_schema, table_name, column_name)
WHERE p.grantee = 'app_user' AND p.table_schema = 'public' AND p.privilege_type IN ('INSERT', 'UPDATE')
  AND c.is_generated = 'NEVER' AND c.is_identity = 'NO'
GROUP BY 1, 2
"""
"""Table, right → the columns that app_user may write so, but for those that the database computes."""


INTERVENING = {(Role.SUPPORT, "conversations", "UPDATE")}
"""Staff write in conversations that are not theirs, which moves the number of the last message and nothing else."""


@pytest.mark.parametrize("role", [Role.OWNER, Role.CLIENT, Role.BROKER, Role.FINANCIAL_OFFICER, Role.SUPPORT])
def test_the_database_refuses_writes_to_other_organizations_rows(role, stage, world, database):
    """Every table, generated from the schema: a foreign row is neither changed, nor deleted, nor added to."""
    paid_last = call(list_payments, as_=stage.deal.owner).json["data"][-1]["id"]
    paid = {"paid_date": "2026-01-15", "payment_method": "cheque"}
    call(record_payment, as_=stage.deal.owner, path={"payment_id": paid_last}, body=paid, key=f"paid-{role}")
    # Quietly: whoever has blocked or reported somebody could not try the rest.
    ids = {"client": stage.deal.client.id, "owner": stage.deal.owner.id, "message": stage.ids["message_id"]}
    world.sql("INSERT INTO user_blocks VALUES (%(client)s, %(owner)s) ON CONFLICT DO NOTHING", **ids)
    world.sql(
        """INSERT INTO message_reports (id, message_id, reporter_id, reason, content)
           VALUES (%(id)s, %(message)s, %(client)s, 'Rude', 'X') ON CONFLICT DO NOTHING""",
        id=new_id(),
        **ids,
    )
    client, socket = stage.deal.client, new_id().hex
    world.sql(
        "INSERT INTO connections (connection_id, user_id, session_id, expires_at)"
        " VALUES (%(id)s, %(user)s, %(session)s, now() + interval '1 hour')",
        id=socket,
        user=client.id,
        session=client.session_id,
    )
    world.sql("INSERT INTO channel_subscriptions VALUES (%(id)s, %(own)s)", id=socket, own=f"user.{client.id}")
    world.sql("INSERT INTO notification_choices (user_id) VALUES (%(client)s) ON CONFLICT DO NOTHING", **ids)
    stranger = world.user(role)
    context = [str(stranger.id), str(stranger.organization_id), role.value]
    people = (stage.deal.owner, stage.deal.client, stage.contractor)
    # A delivery says by its webhook alone whose it is.
    theirs = "|".join(
        [*(str(id) for user in people for id in (user.organization_id, user.id)), stage.ids["webhook_id"]]
    )
    writable = {(row["table"], row["right"]): row["columns"] for row in world.sql(WRITABLE)}
    tables = {row["name"] for row in world.sql("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")}
    attempts = {(table, "DELETE"): f"DELETE FROM {table} WHERE {table}::text ~ '{theirs}'" for table in tables}
    for (table, right), columns in writable.items():
        if right == "UPDATE":
            changes = f"{columns[0]} = {columns[0]}"
            attempts[table, right] = f"UPDATE {table} SET {changes} WHERE {table}::text ~ '{theirs}'"
        else:
            names = ", ".join(columns)
            attempts[table, right] = (
                f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s)"
            )
    tried = set()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET ROLE app_user")
        for (table, right), sql in attempts.items():
            # What the platform itself has told is nobody's, and anybody may write such a row: one of somebody's first.
            foreign = world.sql(
                f"""SELECT to_jsonb(t) AS row FROM {table} t WHERE t::text ~ %(theirs)s
                    ORDER BY coalesce(to_jsonb(t) ->> 'actor', to_jsonb(t) ->> 'user_id')""",
                theirs=theirs,
            )
            if not foreign:
                continue
            row = foreign[0]["row"] | ({"id": str(new_id())} if "id" in foreign[0]["row"] else {})
            written = 0
            with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute("SELECT app.set_ctx(%s::uuid, %s::uuid, %s)", context)
                written = connection.execute(sql, (Jsonb(row),) if right == "INSERT" else None).rowcount
            assert written == 0 or (role, table, right) in INTERVENING, sql
            tried.add((table, right))
    assert writable.keys() <= tried


def test_the_database_refuses_writes_to_a_colleagues_own_rows(stage, world, database):
    """What one sees of people of one's own organization is not one's own to change."""
    colleague = world.colleague(stage.deal.owner)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET ROLE app_user")
        with connection.transaction():
            values = [str(colleague.id), str(colleague.organization_id), colleague.role.value]
            connection.execute("SELECT app.set_ctx(%s::uuid, %s::uuid, %s)", values)
            seen, changed = (
                connection.execute(sql, (stage.deal.owner.id,)).rowcount
                for sql in ("SELECT FROM users WHERE id = %s", "UPDATE users SET title = 'Clerk' WHERE id = %s")
            )
    assert (seen, changed) == (1, 0)
