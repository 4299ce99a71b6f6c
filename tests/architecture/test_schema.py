"""The promises of the schema: migrations go both ways, walls stand without a WHERE, history stays.

Everything here speaks SQL as the application's own roles, past all Python that filters.
"""

import difflib
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import (
    ExclusionViolation,
    ForeignKeyViolation,
    InsufficientPrivilege,
    RestrictViolation,
    UniqueViolation,
)
from psycopg.types.json import Jsonb
from sqlalchemy import create_engine, make_url

from local.cloud.data.postgres import Postgres
from shared.schema import migrate
from shared.schema.metadata import metadata
from tests.migrations.filled import fill

APP_ROLES = ("app_reader", "app_user", "app_worker", "app_auth")
TWO_SIDED = (
    "bids",
    "bid_versions",
    "contracts",
    "documents",
    "signatures",
    "payments",
    "payment_transactions",
    "invoices",
    "payment_plans",
)
IDENTITY = {
    "sessions",
    "user_tokens",
    "login_attempts",
    "oauth_identities",
    "password_history",
    "rate_windows",
    "recovery_codes",
}
SECRETS = (
    ("sessions", "refresh_hash"),
    ("sessions", "previous_hash"),
    ("user_tokens", "token_hash"),
    ("user_tokens", "user_id"),
    ("invitations", "token_hash"),
    ("login_attempts", "failed_attempts"),
    ("rate_windows", "moments"),
)
HISTORY = ("audit_logs", "audit_seals", "bid_versions", "signatures", "payment_transactions", "invoices",
           "space_history", "contract_history", "index_values")  # fmt: skip

Row = dict[str, Any]
Definitions = dict[tuple[str, str], str]
"""By file and what it is (`DEFINITIONS`)."""


# --- databases ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(postgres: Postgres) -> str:
    """The URL of the server on which this module makes databases of its own."""
    return postgres.url()


@contextmanager
def fresh_database(server: str, owner: str | None = None) -> Iterator[str]:
    address = make_url(server).set(drivername="postgresql")
    name = f"schema_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(address.render_as_string(False), autocommit=True) as admin:
        owned = sql.SQL("OWNER {}").format(sql.Identifier(owner)) if owner else sql.SQL("")
        admin.execute(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(name), owned))
        try:
            user = owner or address.username
            yield address.set(database=name, username=user).render_as_string(False)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def own_database(server: str) -> Iterator[str]:
    """Not the run's shared database: these tests count rows."""
    with fresh_database(server) as url:
        migrate.upgrade(url)
        yield url


@contextmanager
def connected(url: str, role: str | None = None) -> Iterator[psycopg.Connection[Row]]:
    """One transaction, taken back at the end."""
    address = make_url(url).set(drivername="postgresql")
    if role:
        address = address.set(username=role)
    with psycopg.connect(address.render_as_string(False), row_factory=psycopg.rows.dict_row) as connection:
        yield connection
        connection.rollback()


def become(connection: psycopg.Connection[Row], person: "Person | None", role: str) -> None:
    connection.execute(
        "SELECT app.set_ctx(%s, %s, %s)",
        (person and person.id, person and person.organization_id, role),
    )


def count(connection: psycopg.Connection[Row], table: str) -> int:
    found = connection.execute(sql.SQL("SELECT count(*) AS n FROM {}").format(sql.Identifier(table)))
    return int(found.fetchone()["n"])  # type: ignore[index]


def insert(connection: psycopg.Connection[Row], table: str, **values: Any) -> uuid.UUID:
    if "id" in metadata.tables[table].columns:
        values.setdefault("id", uuid.uuid4())
    given = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in values.items()}
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, given)),
            sql.SQL(", ").join(map(sql.Placeholder, given)),
        ),
        given,
    )
    return values.get("id", uuid.UUID(int=0))


# --- a small cast -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    id: uuid.UUID
    organization_id: uuid.UUID
    session_id: uuid.UUID


@dataclass(frozen=True)
class Deal:
    """A lease from the first floor to the first receipt, and the two people whose it is."""

    owner: Person
    client: Person
    building_id: uuid.UUID
    space_id: uuid.UUID
    bid_id: uuid.UUID
    contract_id: uuid.UUID
    payment_id: uuid.UUID
    broker: Person
    """Somebody whom the client gave a mandate."""


def person(db: psycopg.Connection[Row], role: str) -> Person:
    organization = insert(db, "organizations", name="Example Ltd")
    user = insert(
        db,
        "users",
        organization_id=organization,
        email=f"{uuid.uuid4().hex}@example.com",
        password_hash="x",
        name="Some One",
        role=role,
    )
    session = insert(db, "sessions", user_id=user, refresh_hash=uuid.uuid4().hex, expires_at="2999-01-01")
    insert(db, "user_tokens", user_id=user, purpose="PASSWORD_RESET", token_hash=uuid.uuid4().hex,
           expires_at="2999-01-01")  # fmt: skip
    socket = uuid.uuid4().hex
    insert(db, "connections", connection_id=socket, user_id=user, session_id=session,
           expires_at="2999-01-01")  # fmt: skip
    db.execute("INSERT INTO channel_subscriptions VALUES (%s, %s)", (socket, f"user.{user}"))
    insert(db, "notifications", user_id=user, type="bid_update", title="t", message="m")
    insert(db, "idempotency_keys", user_id=user, key="k", operation="place_bid", request_hash="h")
    insert(db, "invoice_counters", organization_id=organization)
    insert(db, "books", organization_id=organization)
    db.execute("INSERT INTO flags (name, description) VALUES (%s, '')", (f"x{uuid.uuid4().hex}",))
    hook = insert(
        db, "webhooks", organization_id=organization, url="https://example.com", events=["*"], secret="sealed"
    )
    told = insert(db, "public_events", organization_id=organization, side="MEMBER", name="webhook.test",
                  payload="{}", webhook_id=hook)  # fmt: skip
    insert(db, "webhook_deliveries", webhook_id=hook, event_id=told, next_attempt_at="2026-01-01")
    talk = insert(db, "conversations", context_type="SPACE", context_id=uuid.uuid4(), created_by=user,
                  owner_organization_id=organization, client_organization_id=organization)  # fmt: skip
    insert(db, "conversation_participants", conversation_id=talk, user_id=user)
    said = insert(db, "messages", conversation_id=talk, seq=1, sender_id=user, content="Good morning")
    insert(db, "message_reports", message_id=said, reporter_id=user, reason="Rude", content="Good morning")
    insert(db, "tax_codes", organization_id=organization, code="VAT", category="ZERO", rates={})
    insert(db, "invitations", organization_id=organization, email="new@example.com", role="AGENT",
           token_hash=uuid.uuid4().hex, invited_by=user, expires_at="2999-01-01")  # fmt: skip
    insert(db, "audit_logs", organization_id=organization, user_id=user, operation="register",
           action="CREATE", resource_type="user")  # fmt: skip
    return Person(user, organization, session)


def bid(db: psycopg.Connection[Row], deal: Row, client: Person, **values: Any) -> uuid.UUID:
    return insert(
        db,
        "bids",
        **{
            "space_id": deal["space_id"],
            "building_id": deal["building_id"],
            "owner_id": deal["owner"].id,
            "owner_organization_id": deal["owner"].organization_id,
            "client_id": client.id,
            "client_organization_id": client.organization_id,
            "bid_amount": 5000,
            "start_date": "2025-02-01",
            "term_months": 12,
            "client_party": {},
            "premises": {},
            **values,
        },
    )


def contract(db: psycopg.Connection[Row], deal: Row, client: Person, **values: Any) -> uuid.UUID:
    return insert(
        db,
        "contracts",
        **{
            "space_id": deal["space_id"],
            "building_id": deal["building_id"],
            "owner_id": deal["owner"].id,
            "owner_organization_id": deal["owner"].organization_id,
            "client_id": client.id,
            "client_organization_id": client.organization_id,
            "start_date": "2025-02-01",
            "end_date": "2026-01-31",
            "term_months": 12,
            "base_rent": 5000,
            "owner_party": {},
            "client_party": {},
            "premises": {},
            "status": "ACTIVE",
            **values,
        },
    )


def premises(db: psycopg.Connection[Row], owner: Person) -> Row:
    building = insert(db, "buildings", owner_organization_id=owner.organization_id, owner_id=owner.id,
                      name="Tower", address={}, total_floors=1)  # fmt: skip
    floor = insert(db, "floors", building_id=building, owner_organization_id=owner.organization_id,
                   floor_number=1)  # fmt: skip
    space = insert(
        db,
        "spaces",
        floor_id=floor,
        building_id=building,
        owner_organization_id=owner.organization_id,
        name="Suite 101",
        gross_sqft="1000.50",
        usable_sqft=800,
        usage_type="OFFICE",
        base_price_monthly="5000.25",
    )
    return {"owner": owner, "building_id": building, "floor_id": floor, "space_id": space}


def whole_deal(db: psycopg.Connection[Row]) -> Deal:
    owner, client = person(db, "OWNER"), person(db, "CLIENT")
    place = premises(db, owner)
    sides = {
        "owner_organization_id": owner.organization_id,
        "client_organization_id": client.organization_id,
    }
    insert(db, "favorites", user_id=client.id, space_id=place["space_id"])
    insert(db, "user_blocks", blocker_id=owner.id, blocked_id=client.id)
    insert(db, "notification_choices", user_id=client.id)
    insert(db, "held_notices", user_id=client.id, event_id=uuid.uuid4(), channel="email", due_at="2027-01-01")
    insert(db, "phones", user_id=client.id, number="+12025550123", expires_at="2027-01-01")
    insert(db, "phone_replies", sid=uuid.uuid4().hex, number="+12025550123", word="STOP")
    insert(db, "devices", user_id=client.id, platform="IOS", token="x", token_hash=uuid.uuid4().hex * 2)
    insert(db, "sent_notices", user_id=client.id, event_id=uuid.uuid4(), channel="sms")
    db.execute("INSERT INTO daily_sends VALUES ('2027-01-01', 'sms', 1) ON CONFLICT DO NOTHING")
    insert(db, "saved_searches", user_id=client.id, name="Near work", criteria={}, wanted={}, anchor=0)
    bid_id = bid(db, place, client, status="APPROVED")
    insert(db, "bid_versions", bid_id=bid_id, version=1, side="CLIENT", author_id=client.id, amount=5000,
           start_date="2025-02-01", term_months=12, **sides)  # fmt: skip
    contract_id = contract(db, place, client, bid_id=bid_id)
    document = insert(db, "documents", kind="LEASE", contract_id=contract_id, object_key=uuid.uuid4().hex,
                      sha256="a" * 64, byte_size=9, **sides)  # fmt: skip
    insert(db, "signatures", contract_id=contract_id, side="CLIENT", user_id=client.id, signature="S. One",
           consent=True, document_id=document, document_sha256="a" * 64, **sides)  # fmt: skip
    payment = insert(db, "payments", contract_id=contract_id, payer_id=client.id, period_start="2025-02-01",
                     amount=5000, due_date="2025-02-01", installment_number=1, total_installments=12,
                     **sides)  # fmt: skip
    insert(db, "payment_transactions", payment_id=payment, contract_id=contract_id, amount=5000,
           paid_date="2025-02-01", **sides)  # fmt: skip
    insert(db, "invoices", contract_id=contract_id, payment_id=payment, number=1, net_amount=5000,
           total_amount=5000, issued_on="2025-01-22", due_date="2025-02-01", owner_party={}, client_party={},
           **sides)  # fmt: skip
    insert(db, "payment_plans", contract_id=contract_id, payment_ids=[payment], total_amount=5000,
           installments=Jsonb([]), started_on="2025-03-01", **sides)  # fmt: skip
    insert(db, "index_values", organization_id=owner.organization_id, name="CPI", day="2025-01-01", version=1,
           value=100)  # fmt: skip
    insert(db, "outbox", name="bid.approved", object_type="bid", object_id=bid_id)
    insert(db, "inbox", consumer="notify_people", event_id=uuid.uuid4())
    insert(db, "login_attempts", email_hash=uuid.uuid4().hex)
    db.execute("""
        INSERT INTO audit_seals (number, sealed_until, entries, hash)
        SELECT count(*) + 1, clock_timestamp(), 1, repeat('a', 64) FROM audit_seals
    """)
    file = insert(db, "files", user_id=owner.id, organization_id=owner.organization_id, purpose="SPACE_IMAGE",
                  audience="PUBLIC", file_name="a.jpg", content_type="image/jpeg", size_bytes=9,
                  scan="not_configured")  # fmt: skip
    insert(db, "file_uses", file_id=file, organization_id=owner.organization_id, subject_type="space",
           subject_id=place["space_id"])  # fmt: skip
    insert(db, "file_scans", file_id=file, version_id="1", result="NO_THREATS_FOUND")
    ran = insert(db, "imports", organization_id=owner.organization_id, user_id=owner.id, kind="LEASES", file_id=file,
                 file_name="a.csv", total=1, failed=1, position=1, status="RUNNING")  # fmt: skip
    insert(db, "import_failures", import_id=ran, organization_id=owner.organization_id, row=2, cells=Jsonb(["a"]),
           faults=Jsonb([]))  # fmt: skip
    insert(db, "import_keys", import_id=ran, key="L-1", row=2)
    insert(db, "imported_tenants", owner_organization_id=owner.organization_id, email=f"{uuid.uuid4().hex}@example.com",
           organization_id=client.organization_id)  # fmt: skip
    insert(db, "exports", organization_id=owner.organization_id, user_id=owner.id, role="OWNER", acts_as="OWNER",
           kind="PAYMENTS", format="CSV")  # fmt: skip
    db.execute(
        "INSERT INTO export_schedules (organization_id, kind, format, destination) VALUES (%s, 'JOURNAL', 'CSV', '{}')",
        (owner.organization_id,),
    )
    insert(db, "integration_attempts", organization_id=owner.organization_id, user_id=owner.id, provider="zoho",
           state_sha256=uuid.uuid4().hex * 2, browser_sha256="a" * 64, return_to="http://localhost:3000",
           starts_on="2025-01-01", expires_at="2025-01-01")  # fmt: skip
    connection = insert(db, "integrations", organization_id=owner.organization_id, user_id=owner.id, provider="zoho",
                        company_id="1", company_name="Zillium", connected_at="2025-01-01",
                        starts_on="2025-01-01")  # fmt: skip
    theirs = {"integration_id": connection, "organization_id": owner.organization_id}
    db.execute(
        "INSERT INTO integration_targets (integration_id, organization_id, kind, external_id, name, read_id)"
        " VALUES (%(integration_id)s, %(organization_id)s, 'ACCOUNT', '1', 'Rent', gen_random_uuid())",
        theirs,
    )
    db.execute(
        "INSERT INTO integration_customers (integration_id, organization_id, client_organization_id, external_id,"
        " matched_by) VALUES (%(integration_id)s, %(organization_id)s, %(client)s, '2', 'NAME')",
        theirs | {"client": client.organization_id},
    )
    insert(db, "integration_documents", entry_id=uuid.uuid4(), kind="INVOICE", contract_id=contract_id,
           payment_id=payment, amount=5000, posted_on="2025-02-01", **theirs)  # fmt: skip
    contractor = person(db, "CONTRACTOR")
    parties = {"contractor_organization_id": contractor.organization_id, "contractor_id": contractor.id,
               "contractor_party": {}}  # fmt: skip
    ticket = insert(db, "tickets", building_id=place["building_id"], space_id=place["space_id"], client_id=client.id,
                    reported_by=client.id, client_party={}, premises={}, title="Lift", description="It is stuck",
                    priority="HIGH", category="OTHER", opened_at="2025-02-01", due_at="2025-02-02",
                    number=1, **sides)  # fmt: skip
    of_ticket = {"ticket_id": ticket, "owner_organization_id": owner.organization_id}
    insert(db, "ticket_threads", organization_id=client.organization_id, user_id=client.id, side="CLIENT",
           message="Still stuck", **of_ticket)  # fmt: skip
    insert(db, "ticket_history", user_id=client.id, side="CLIENT", action="OPENED", **of_ticket)
    insert(db, "ticket_invitations", **of_ticket, **parties)
    insert(db, "ticket_quotes", amount=480, **of_ticket, **parties)
    insert(db, "ticket_ratings", client_organization_id=client.organization_id, user_id=client.id, stars=5,
           **of_ticket)  # fmt: skip
    insert(db, "expenses", building_id=place["building_id"], ticket_id=ticket, organization_id=owner.organization_id,
           owner_organization_id=owner.organization_id, category="REPAIRS", supplier="Lifts Inc", spent_on="2025-02-01",
           amount=480)  # fmt: skip
    insert(db, "maintenance_plans", owner_organization_id=owner.organization_id, building_id=place["building_id"],
           premises={}, title="Lift", description="Inspect it", category="OTHER", priority="LOW", rrule="FREQ=YEARLY",
           starts_on="2025-02-01", lead_days=0)  # fmt: skip
    insert(db, "contractor_profiles", organization_id=contractor.organization_id)
    insert(db, "support_notes", user_id=client.id, author_id=owner.id, text="Pays late")
    broker = person(db, "BROKER")
    insert(db, "mandates", client_organization_id=client.organization_id, client_id=client.id, broker_id=broker.id,
           client_party={}, broker_party={})  # fmt: skip
    db.execute("UPDATE spaces SET name = 'Suite 102' WHERE id = %s", (place["space_id"],))
    db.execute("UPDATE contracts SET end_date = end_date - 1 WHERE id = %s", (contract_id,))
    db.execute("UPDATE contracts SET end_date = end_date + 1 WHERE id = %s", (contract_id,))
    return Deal(owner, client, place["building_id"], place["space_id"], bid_id, contract_id, payment, broker)


@pytest.fixture(scope="module")
def deals(own_database: str) -> tuple[Deal, Deal]:
    with psycopg.connect(own_database, row_factory=psycopg.rows.dict_row) as db:
        return whole_deal(db), whole_deal(db)


@pytest.fixture
def admin(own_database: str) -> Iterator[psycopg.Connection[Row]]:
    with connected(own_database) as connection:
        yield connection


# --- migrations ---------------------------------------------------------------------------------


def catalog(url: str) -> dict[str, list[Row]]:
    """Columns, constraints and indexes as PostgreSQL itself writes them."""
    queries = {
        "columns": """
            SELECT attrelid::regclass::text AS rel, attname, format_type(atttypid, atttypmod) AS kind,
                   attnotnull, attgenerated::text, attidentity::text, pg_get_expr(adbin, adrelid) AS expr
            FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE attrelid::regclass::text = ANY (%s) AND attnum > 0 ORDER BY rel, attname""",
        "constraints": """
            SELECT conrelid::regclass::text AS rel, conname, pg_get_constraintdef(oid) AS definition
            FROM pg_constraint WHERE conrelid::regclass::text = ANY (%s) ORDER BY rel, conname""",
        "indexes": """
            SELECT indrelid::regclass::text AS rel, pg_get_indexdef(indexrelid) AS definition
            FROM pg_index WHERE indrelid::regclass::text = ANY (%s) ORDER BY rel, definition""",
    }
    tables = [table.fullname for table in metadata.tables.values()]
    with connected(url) as connection:
        return {name: connection.execute(query, (tables,)).fetchall() for name, query in queries.items()}


def objects(connection: psycopg.Connection[Row]) -> set[str]:
    found = connection.execute("""
        SELECT format('table %s', c.oid::regclass) AS name FROM pg_class AS c
        WHERE c.relnamespace IN ('public'::regnamespace, 'app'::regnamespace) AND c.relkind IN ('r', 'S', 'v')
        UNION ALL
        SELECT format('function %s', p.oid::regprocedure) FROM pg_proc AS p
        WHERE p.pronamespace IN ('public'::regnamespace, 'app'::regnamespace)
        UNION ALL
        SELECT format('extension %s', extname) FROM pg_extension WHERE extname <> 'plpgsql'
    """)
    return {row["name"] for row in found}


def test_the_schema_goes_up_down_to_nothing_and_up_again(server: str) -> None:
    with fresh_database(server) as url:
        assert not migrate.is_current(url)
        migrate.upgrade(url)
        assert migrate.is_current(url)
        first = catalog(url)

        migrate.downgrade(url)
        assert not migrate.is_current(url)
        with connected(url) as connection:
            assert objects(connection) == {"table app.alembic_version"}

        migrate.upgrade(url)
        assert migrate.is_current(url)
        assert catalog(url) == first


def test_a_second_upgrade_changes_nothing(own_database: str) -> None:
    before = catalog(own_database)
    migrate.upgrade(own_database)
    assert catalog(own_database) == before


def test_two_deploys_at_once_both_end_well(server: str) -> None:
    with fresh_database(server) as url:
        failures: list[BaseException] = []

        def deploy() -> None:
            try:
                migrate.upgrade(url)
            except BaseException as failure:  # noqa: BLE001 - a thread's failure must reach the test
                failures.append(failure)

        threads = [threading.Thread(target=deploy) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert migrate.is_current(url)


def test_the_metadata_and_the_migrations_agree(own_database: str) -> None:
    assert migrate.differences(own_database) == []


def test_checks_and_generated_columns_agree_too(said: Definitions, rebuilt: str, own_database: str) -> None:
    """Alembic compares no CHECK, no exclusion and no partial index: PostgreSQL's own words do."""
    assert catalog(rebuilt) == catalog(own_database)


@pytest.fixture
def plain_owner(server: str) -> Iterator[str]:
    """Aurora's master user in small: may create roles, is no superuser."""
    name = sql.Identifier("plain_owner")
    address = make_url(server).set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(name))
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(name))
        yield "plain_owner"
        admin.execute(sql.SQL("DROP ROLE {}").format(name))


def test_an_owner_without_superuser_migrates_and_serves_the_doors(server: str, plain_owner: str) -> None:
    with fresh_database(server, owner=plain_owner) as url:
        migrate.upgrade(url)
        migrate.downgrade(url)
        migrate.upgrade(url)

        as_superuser = make_url(url).set(username=make_url(server).username).render_as_string(False)
        with psycopg.connect(as_superuser, row_factory=psycopg.rows.dict_row) as db:
            deal = whole_deal(db)
        with connected(url, "app_user") as connection:
            caller = connection.execute("SELECT * FROM app.session_caller(%s)", (deal.client.session_id,))
            assert caller.fetchone()["user_id"] == deal.client.id  # type: ignore[index]
            become(connection, deal.client, "CLIENT")
            assert one(connection, "SELECT app.lock_space(%s)", deal.space_id)
            assert one(connection, "SELECT app.hold_space(%s, %s)", deal.space_id, deal.contract_id)
            become(connection, deal.broker, "BROKER")
            assert one(connection, "SELECT app.lock_mandate(%s)", deal.client.organization_id)
            # Each ends its own account here: a session, and what else the function has to be able to write.
            for person, role in ((deal.owner, "OWNER"), (deal.broker, "BROKER")):
                become(connection, person, role)
                assert one(connection, "SELECT app.remove_member(%s, 'x')", person.id) == 1
            connection.commit()
        with psycopg.connect(as_superuser, row_factory=psycopg.rows.dict_row) as db:
            assert one(db, "SELECT updated_by FROM buildings WHERE id = %s", deal.building_id) == deal.owner.id
            assert one(db, "SELECT revoked_at FROM mandates WHERE broker_id = %s", deal.broker.id) is not None
        with connected(url) as connection:
            assert [count(connection, table) for table in TWO_SIDED if table != "bids"] == [0] * 8


def test_an_owner_without_superuser_fills_in_what_stood_before(server: str, plain_owner: str) -> None:
    """FORCE ROW LEVEL SECURITY hides the rows from their own table's owner: a migration that fills a column has to see
    them."""
    with fresh_database(server, owner=plain_owner) as url:
        migrate.upgrade(url, "0001")
        fill(make_url(url).set(username=make_url(server).username).render_as_string(False), 500)
        migrate.upgrade(url)
        as_superuser = make_url(url).set(username=make_url(server).username).render_as_string(False)
        with connected(as_superuser) as db:
            assert one(db, "SELECT count(*) FROM payments WHERE owed = 1000") == 500
            assert one(db, "SELECT count(*) FROM buildings WHERE country_code IS DISTINCT FROM 'US'") == 0
            assert one(db, "SELECT count(*) FROM pg_policies WHERE policyname LIKE 'fill_%%'") == 0


def test_addresses_of_earlier_releases_get_their_countrys_code_where_its_name_is_known(server: str) -> None:
    countries = {
        "USA": "US",
        "u.s.a.": "US",
        "Österreich": "AT",
        "Cote d'Ivoire": "CI",
        "CÔTE D’IVOIRE": "CI",
        "deu": "DE",
        "日本": "JP",
        "Atlantis": None,
        "": None,
    }
    with fresh_database(server) as url:
        migrate.upgrade(url, "0030")
        with psycopg.connect(url) as db:
            for number, country in enumerate([*countries, *["Utopia"] * 250, "France", None]):
                address = None if country is None else Jsonb({"city": "X", "country": country})
                db.execute(
                    "INSERT INTO organizations (id, name, address) VALUES (%s, %s, %s)",
                    (uuid.uuid4(), str(number), address),
                )
        migrate.upgrade(url)
        with psycopg.connect(url) as db:
            rows = db.execute("SELECT address ->> 'country', country_code FROM organizations").fetchall()
        migrate.downgrade(url, "0030")
        migrate.upgrade(url)

    found = dict(rows)
    assert {country: found[country] for country in countries} == countries
    assert (found["Utopia"], found["France"], found[None]) == (None, "FR", None)


@pytest.mark.parametrize(
    ("status", "credited", "owed"), [("SCHEDULED", 0, 1100), ("PAID", 0, 1100), ("DUE", 300, 800), ("CANCELLED", 0, 0)]
)
def test_what_is_owed_follows_every_change(
    own_database: str, admin: psycopg.Connection[Row], deals: tuple[Deal, Deal], status: str, credited: int, owed: int
) -> None:
    changed = admin.execute(
        """UPDATE payments SET amount = 1000, tax_amount = 100, credited_amount = %s, status = %s, owed = 5
           WHERE id = %s RETURNING owed""",
        (credited, status, deals[0].payment_id),
    ).fetchone()
    assert changed == {"owed": owed}


@pytest.mark.parametrize(
    ("status", "owed", "paid", "today", "state"),
    [
        ("DUE", 100, 0, "2027-01-31", "SCHEDULED"),
        ("PAID", 100, 99, "2027-02-01", "DUE"),
        ("SCHEDULED", 100, 0, "2027-02-02", "OVERDUE"),
        ("OVERDUE", 100, 100, "2027-02-02", "PAID"),
        ("SCHEDULED", -50, -50, "2027-01-01", "PAID"),
        ("CANCELLED", 0, 0, "2027-02-02", "CANCELLED"),
        ("CANCELLED", 0, 100, "2027-02-02", "CANCELLED"),
    ],
)
def test_the_state_of_a_payment_due_on_february_1(
    admin: psycopg.Connection[Row], status: str, owed: int, paid: int, today: str, state: str
) -> None:
    query = "SELECT app.payment_state(%s, %s, %s, '2027-02-01', %s::date)"
    assert one(admin, query, status, owed, paid, today) == state


def one(connection: psycopg.Connection[Row], query: str, *values: Any) -> Any:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return next(iter(row.values()))


# --- functions and policies ---------------------------------------------------------------------

SCHEMA = migrate.MIGRATIONS.parent
FILES = [file for folder in ("functions", "policies", "views") for file in sorted((SCHEMA / folder).iterdir())]
DEFINITIONS = """
WITH ours AS (
    SELECT c.* FROM pg_class AS c
    WHERE c.relnamespace IN ('public'::regnamespace, 'app'::regnamespace) AND c.relkind IN ('r', 'p', 'v')
      AND c.relname <> 'alembic_version'
), rights AS (
    SELECT c.relname, c.relkind, acl.grantee, acl.privilege_type, '' AS columns
    FROM ours AS c, aclexplode(c.relacl) AS acl WHERE acl.grantee <> c.relowner
    UNION ALL
    SELECT c.relname, c.relkind, acl.grantee, acl.privilege_type, string_agg(a.attname, ', ' ORDER BY a.attname)
    FROM ours AS c JOIN pg_attribute AS a ON a.attrelid = c.oid, aclexplode(a.attacl) AS acl
    WHERE acl.grantee <> c.relowner AND NOT a.attisdropped GROUP BY 1, 2, 3, 4
)
SELECT format('functions/%s.sql', p.proname) AS file, p.oid::regprocedure::text AS what,
       concat_ws(E'\\n', pg_get_functiondef(p.oid), (
           SELECT string_agg(format('EXECUTE TO %s', acl.grantee::regrole), E'\\n' ORDER BY acl.grantee::regrole::text)
           FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl)) AS definition
FROM pg_proc AS p
WHERE p.pronamespace IN ('public'::regnamespace, 'app'::regnamespace)
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT format('functions/%s.sql', p.proname), format('trigger %s', t.tgname), pg_get_triggerdef(t.oid)
FROM pg_trigger AS t JOIN ours AS c ON c.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal
UNION ALL
SELECT format('policies/%s.sql', p.tablename), format('policy %s on %s', p.policyname, p.tablename),
       concat_ws(E'\\n', p.permissive, p.cmd, p.roles::text, 'USING ' || p.qual, 'WITH CHECK ' || p.with_check)
FROM pg_policies AS p
UNION ALL
SELECT format('policies/%s.sql', c.relname), format('row-level security on %s', c.relname),
       CASE WHEN c.relforcerowsecurity THEN 'forced' ELSE 'not forced' END
FROM ours AS c WHERE c.relrowsecurity
UNION ALL
SELECT format('views/%s.sql', c.relname), format('view %s', c.relname),
       concat_ws(E'\\n', c.reloptions::text, pg_get_viewdef(c.oid, true))
FROM ours AS c WHERE c.relkind = 'v'
UNION ALL
SELECT format('%s/%s.sql', CASE r.relkind WHEN 'v' THEN 'views' ELSE 'policies' END, r.relname),
       format('grant on %s', r.relname),
       string_agg(format('%s %s TO %s', r.privilege_type, r.columns, r.grantee::regrole), E'\\n'
                  ORDER BY r.privilege_type, r.columns, r.grantee::regrole::text)
FROM rights AS r GROUP BY r.relname, r.relkind
"""
"""In which file something belongs, what it is, and PostgreSQL's own words for it."""


def definitions(connection: psycopg.Connection[Row]) -> Definitions:
    found = connection.execute(DEFINITIONS).fetchall()
    return {(row["file"], row["what"]): row["definition"] for row in found}


@pytest.fixture(scope="module")
def rebuilt(server: str, own_database: str) -> Iterator[str]:
    """A database made without a migration, from the metadata; the roles are there already."""
    with fresh_database(server) as url:
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA app")
            for extension in ("btree_gist", "btree_gin", "cube"):
                connection.exec_driver_sql(f"CREATE EXTENSION {extension}")
            metadata.create_all(connection)
        engine.dispose()
        yield url


@pytest.fixture(scope="module")
def said(rebuilt: str) -> Definitions:
    """What the files of functions, policies and views make of a database that has only tables."""
    with psycopg.connect(rebuilt, row_factory=psycopg.rows.dict_row) as connection:
        # One function calls another whose file comes later.
        connection.execute("SET check_function_bodies = off")
        for file in FILES:
            try:
                connection.execute(file.read_text())  # type: ignore[arg-type]
            except psycopg.Error as error:
                error.add_note(f"in {file}")
                raise
        return definitions(connection)


def disagreements(said: Definitions, stands: Definitions) -> list[str]:
    """Where the files and a migrated database do not agree, and what to do about it."""
    found = []
    for file, what in sorted(said.keys() | stands.keys()):
        ours, theirs = said.get((file, what)), stands.get((file, what))
        path = f"shared/schema/{file}"
        if theirs is None:
            found.append(f"{what} stands in {path} only: write a migration that makes it, or take it out of the file")
        elif ours is None:
            found.append(f"{what} is not in {path}: write it there, or write a migration that drops it")
        elif ours != theirs:
            changes = "\n".join(
                difflib.unified_diff(theirs.split("\n"), ours.split("\n"), "database", path, lineterm="")
            )
            found.append(
                f"{what} differs from {path}: write a migration that makes it so, or correct the file\n{changes}"
            )
    return found


def test_functions_and_policies_are_what_their_files_say(said: Definitions, admin: psycopg.Connection[Row]) -> None:
    if found := disagreements(said, definitions(admin)):
        pytest.fail("\n\n".join(found), pytrace=False)


SUBJECTS = {
    "functions": r"FUNCTION app\.(\w+)\(",
    "policies": r"(?:TABLE|ON) (?:app\.)?(\w+) ",
    "views": r"(?:VIEW|SELECT ON) (\w+) ",
}
"""What a file of each folder names."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SCHEMA)))
def test_a_file_speaks_of_its_own_function_or_table_only(file: Path) -> None:
    assert set(re.findall(SUBJECTS[file.parent.name], file.read_text())) == {file.stem}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "CREATE OR REPLACE FUNCTION app.is_admin() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'",
            "app.is_admin() differs from shared/schema/functions/is_admin.sql: write a migration that makes it so",
        ),
        ("GRANT EXECUTE ON FUNCTION app.client(uuid) TO app_reader", "app.client(uuid) differs from"),
        (
            "CREATE FUNCTION app.is_admin(id uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
            "app.is_admin(uuid) is not in shared/schema/functions/is_admin.sql: write it there",
        ),
        (
            "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "f() is not in shared/schema/functions/f.sql",
        ),
        ("DROP FUNCTION app.obligations()", "app.obligations() stands in shared/schema/functions/obligations.sql only"),
        ("ALTER FUNCTION app.represented() SECURITY INVOKER", "app.represented() differs from"),
        ("DROP TRIGGER invoices_immutable ON invoices", "trigger invoices_immutable stands in"),
        ("ALTER POLICY read ON bids USING (true)", "policy read on bids differs from shared/schema/policies/bids.sql"),
        ("CREATE POLICY more ON bids USING (true)", "policy more on bids is not in shared/schema/policies/bids.sql"),
        (
            "DROP POLICY sent ON contracts",
            "policy sent on contracts stands in",
        ),
        ("ALTER TABLE bids NO FORCE ROW LEVEL SECURITY", "row-level security on bids differs from"),
        (
            "ALTER VIEW standing_transactions SET (security_invoker = false)",
            "view standing_transactions differs from shared/schema/views/standing_transactions.sql",
        ),
        ("CREATE VIEW everything AS SELECT 1 AS one", "view everything is not in shared/schema/views/everything.sql"),
        ("GRANT SELECT ON booked_transactions TO app_auth", "grant on booked_transactions differs from"),
        ("GRANT DELETE ON bids TO app_user", "grant on bids differs from shared/schema/policies/bids.sql"),
        ("GRANT UPDATE (id) ON bids TO app_user", "grant on bids differs from"),
        ("GRANT SELECT ON search_words TO app_user", "grant on search_words is not in"),
        (
            "REVOKE SELECT (hash) ON audit_seals FROM app_worker; REVOKE SELECT ON audit_seals FROM app_worker",
            "grant on",
        ),
    ],
)
def test_what_differs_is_found(said: Definitions, admin: psycopg.Connection[Row], change: str, told: str) -> None:
    admin.execute(change)  # type: ignore[arg-type]
    [found] = disagreements(said, definitions(admin))
    assert told in found


# --- roles and walls ----------------------------------------------------------------------------


def test_row_level_security_is_forced_on_every_table(admin: psycopg.Connection[Row]) -> None:
    found = admin.execute("""
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND NOT (relrowsecurity AND relforcerowsecurity)
    """)
    assert found.fetchall() == []


def test_every_view_reads_as_its_caller(admin: psycopg.Connection[Row]) -> None:
    """A view that reads as its owner would show everybody's rows."""
    found = admin.execute("""
        SELECT oid::regclass::text AS name, 'security_invoker=true' = ANY (coalesce(reloptions, '{}')) AS invoker
        FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'app'::regnamespace) AND relkind = 'v'
    """).fetchall()
    assert found
    assert [row["name"] for row in found if not row["invoker"]] == []


@pytest.mark.parametrize("view", ["standing_transactions", "booked_transactions"])
@pytest.mark.parametrize("role", ["app_reader", "app_user"])
def test_a_view_shows_each_side_its_own_transactions_only(
    own_database: str, deals: tuple[Deal, Deal], view: str, role: str
) -> None:
    mine, theirs = deals
    with connected(own_database, role) as connection:
        for someone, as_role, seen in (
            (mine.owner, "OWNER", [mine.contract_id]),
            (mine.client, "CLIENT", [mine.contract_id]),
            (mine.broker, "BROKER", [mine.contract_id]),
            (None, "ANONYMOUS", []),
            (theirs.owner, "SUPPORT", sorted((mine.contract_id, theirs.contract_id))),
        ):
            become(connection, someone, as_role)
            rows = connection.execute(sql.SQL("SELECT contract_id FROM {} ORDER BY 1").format(sql.Identifier(view)))
            assert [row["contract_id"] for row in rows] == seen


def test_the_application_roles_own_nothing_and_bypass_nothing(admin: psycopg.Connection[Row]) -> None:
    roles = admin.execute(
        """
        SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb AS mighty,
               EXISTS (SELECT FROM pg_class WHERE relowner = r.oid)
                   OR EXISTS (SELECT FROM pg_proc WHERE proowner = r.oid)
                   OR EXISTS (SELECT FROM pg_namespace WHERE nspowner = r.oid) AS owns,
               EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid
                       AND roleid <> coalesce((SELECT oid FROM pg_roles WHERE rolname = 'rds_iam'), 0))
                   AS is_member,
               array_to_string(rolconfig, ' ') LIKE '%%statement_timeout=%%' AS limited
        FROM pg_roles AS r WHERE rolname = ANY (%s)
        """,
        (list(APP_ROLES),),
    ).fetchall()
    assert sorted(row["rolname"] for row in roles) == sorted(APP_ROLES)
    for row in roles:
        assert row["rolcanlogin"] and row["limited"]
        assert not (row["mighty"] or row["owns"] or row["is_member"])


def granted(admin: psycopg.Connection[Row], role: str, privilege: str) -> set[str]:
    found = admin.execute(
        """
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND (has_table_privilege(%(role)s, c.oid, %(privilege)s)
               OR (%(privilege)s <> 'DELETE' AND has_any_column_privilege(%(role)s, c.oid, %(privilege)s)))
        """,
        {"role": role, "privilege": privilege},
    )
    return {row["relname"] for row in found}


def test_grants_are_no_wider_than_the_work(admin: psycopg.Connection[Row]) -> None:
    # It writes down what the platform's own people read.
    assert granted(admin, "app_reader", "INSERT") == {"audit_logs"}
    assert granted(admin, "app_reader", "UPDATE") == set()
    assert granted(admin, "app_reader", "DELETE") == set()
    given = {"favorites", "file_uses", "files", "flags", "saved_searches", "user_blocks", "webhooks"}
    given |= {"integration_customers", "channel_subscriptions", "devices", "ticket_invitations"}
    assert granted(admin, "app_user", "DELETE") == given
    # Of most of these only leftovers (tests/system/test_sweep_leftovers.py).
    swept = {"idempotency_keys", "inbox", "login_attempts", "outbox", "rate_windows", "sessions", "user_tokens"}
    swept |= {"exports", "file_uses", "files", "import_keys", "public_events"}
    swept |= {"integration_attempts", "integration_targets", "held_notices"}
    # Devices that their platform no longer knows, and messages that are tried anew.
    swept |= {"devices", "sent_notices"}
    # A space that is free again is news.
    swept |= {"saved_search_matches"}
    assert granted(admin, "app_worker", "DELETE") == {"connections", "documents", "payments", "work_items"} | swept
    # Recovery codes go with their second factor, identities elsewhere with their account.
    given_up = {"oauth_identities", "recovery_codes", "notification_choices", "held_notices"}
    given_up |= {"phones", "devices", "sent_notices"}
    assert granted(admin, "app_auth", "DELETE") == {"connections", "login_attempts"} | given_up
    for role in APP_ROLES:
        assert granted(admin, role, "UPDATE").isdisjoint({*HISTORY, "documents"})
    for role in ("app_reader", "app_user", "app_worker"):
        readable = granted(admin, role, "SELECT")
        # A worker sees keys and dates of what it sweeps, a person where its sessions began and until when they last.
        dates = {"sessions", "user_tokens", "login_attempts", "rate_windows"}
        dated = dates if role == "app_worker" else {"sessions"}
        assert readable.isdisjoint(IDENTITY - dated)
        for table, column in SECRETS:
            assert not one(admin, "SELECT has_column_privilege(%s, %s, %s, 'SELECT')", role, table, column)
        for secret in ("password_hash", "two_factor_secret"):
            assert not one(admin, "SELECT has_column_privilege(%s, 'users', %s, 'SELECT')", role, secret)


def test_the_doors_are_closed_to_the_public(admin: psycopg.Connection[Row]) -> None:
    open_to_all = admin.execute("""
        SELECT p.oid::regprocedure::text AS name FROM pg_proc AS p,
             LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl
        WHERE p.pronamespace = 'app'::regnamespace AND acl.grantee = 0
    """).fetchall()
    assert open_to_all == []
    unpinned = admin.execute("""
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE pronamespace = 'app'::regnamespace AND prosecdef
          AND NOT 'search_path=pg_catalog, public, app, pg_temp' = ANY (coalesce(proconfig, '{}'))
    """).fetchall()
    assert unpinned == []


@pytest.mark.parametrize("role", ["app_reader", "app_user"])
def test_without_context_nothing_is_seen(
    own_database: str, admin: psycopg.Connection[Row], deals: tuple[Deal, Deal], role: str
) -> None:
    readable = granted(admin, role, "SELECT")
    assert {"spaces", "buildings", "contracts", "users"} <= readable
    with connected(own_database, role) as connection:
        for table in readable:
            assert count(admin, table) > 0, f"{table} has no row that could leak: insert one in whole_deal"
            assert count(connection, table) == 0, table


def test_the_context_ends_with_its_transaction(own_database: str, deals: tuple[Deal, Deal]) -> None:
    with connected(own_database, "app_user") as connection:
        become(connection, deals[0].owner, "OWNER")
        assert count(connection, "contracts") == 1
        connection.commit()
        assert count(connection, "contracts") == 0
        assert one(connection, "SELECT app.user_id() IS NULL AND app.role() IS NULL")


@pytest.mark.parametrize("role", ["app_reader", "app_user"])
@pytest.mark.parametrize("table", TWO_SIDED)
def test_each_side_sees_its_own_deal_and_no_other(
    own_database: str, deals: tuple[Deal, Deal], table: str, role: str
) -> None:
    mine, theirs = deals
    with connected(own_database, role) as connection:
        for someone, as_role in ((mine.owner, "OWNER"), (mine.client, "CLIENT")):
            become(connection, someone, as_role)
            seen = connection.execute(
                sql.SQL("SELECT owner_organization_id AS o FROM {}").format(sql.Identifier(table))
            ).fetchall()
            assert [row["o"] for row in seen] == [mine.owner.organization_id]
        become(connection, None, "ANONYMOUS")
        assert count(connection, table) == 0
        become(connection, theirs.owner, "SUPPORT")
        assert count(connection, table) == 2


def test_people_and_their_things_are_seen_by_their_own(own_database: str, deals: tuple[Deal, Deal]) -> None:
    with connected(own_database, "app_user") as connection:
        become(connection, deals[0].client, "CLIENT")
        for table in ("users", "organizations", "notifications", "idempotency_keys", "invoice_counters"):
            assert count(connection, table) == 1, table
        assert count(connection, "audit_logs") == 0
        become(connection, deals[0].owner, "OWNER")
        assert count(connection, "audit_logs") == 1


def test_what_is_listed_is_public_and_what_is_not_is_the_owners(own_database: str, deals: tuple[Deal, Deal]) -> None:
    mine, theirs = deals
    with connected(own_database) as connection:
        connection.execute("UPDATE spaces SET is_leasable = false WHERE id = %s", (mine.space_id,))
        connection.execute("UPDATE spaces SET deleted_at = now() WHERE id = %s", (theirs.space_id,))
        for role in ("app_reader", "app_user"):
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
            for someone, as_role in ((None, "ANONYMOUS"), (mine.client, "CLIENT")):
                become(connection, someone, as_role)
                assert count(connection, "spaces") == 0
                assert count(connection, "buildings") == count(connection, "floors") == 2
            become(connection, mine.owner, "OWNER")
            assert count(connection, "spaces") == 1
            connection.execute("RESET ROLE")


@pytest.mark.parametrize("table", ["buildings", "floors", "spaces", "bids", "contracts", "payments"])
def test_nobody_changes_what_belongs_to_others(own_database: str, deals: tuple[Deal, Deal], table: str) -> None:
    mine, theirs = deals
    update = sql.SQL("UPDATE {} SET updated_at = now() WHERE owner_organization_id = %s").format(sql.Identifier(table))
    with connected(own_database, "app_user") as connection:
        become(connection, mine.owner, "OWNER")
        assert connection.execute(update, (theirs.owner.organization_id,)).rowcount == 0
        assert connection.execute(update, (mine.owner.organization_id,)).rowcount == 1
        become(connection, mine.client, "CLIENT")
        if table in ("buildings", "floors", "spaces", "payments"):
            assert connection.execute(update, (mine.owner.organization_id,)).rowcount == 0


def test_nothing_is_written_in_anothers_name(own_database: str, deals: tuple[Deal, Deal]) -> None:
    mine, theirs = deals
    place = {"owner": theirs.owner, "building_id": theirs.building_id, "space_id": theirs.space_id}
    attempts: list[tuple[str, Row]] = [
        ("bids", {"client": theirs.client}),
        ("contracts", {"client": theirs.client, "start_date": "2030-01-01", "end_date": "2030-12-31"}),
    ]
    for table, values in attempts:
        with connected(own_database, "app_user") as connection, pytest.raises(InsufficientPrivilege):
            become(connection, mine.client, "CLIENT")
            (bid if table == "bids" else contract)(connection, place, **values)
    with connected(own_database, "app_user") as connection, pytest.raises(InsufficientPrivilege):
        become(connection, mine.client, "CLIENT")
        insert(connection, "audit_logs", user_id=theirs.client.id, operation="x", action="x",
               resource_type="x")  # fmt: skip
    with connected(own_database, "app_user") as connection, pytest.raises(InsufficientPrivilege):
        become(connection, mine.client, "CLIENT")
        insert(connection, "signatures", contract_id=mine.contract_id, side="OWNER", signature="x",
               user_id=mine.client.id, consent=True, document_sha256="a" * 64,
               owner_organization_id=mine.owner.organization_id,
               client_organization_id=mine.client.organization_id)  # fmt: skip


@pytest.mark.parametrize("role", ["app_reader", "app_user"])
@pytest.mark.parametrize("table", TWO_SIDED)
def test_a_broker_sees_the_deals_of_those_it_represents_as_long_as_it_does(
    own_database: str, deals: tuple[Deal, Deal], table: str, role: str
) -> None:
    mine, _ = deals
    ends = {
        "revoked": "UPDATE mandates SET revoked_at = now() WHERE broker_id = %s",
        "over": "UPDATE mandates SET valid_until = app.today('UTC') - 1 WHERE broker_id = %s",
        "another's": "UPDATE mandates SET broker_id = client_id WHERE broker_id = %s",
    }
    with connected(own_database) as connection:
        for end, statement in {"none": "", **ends}.items():
            with connection.transaction(force_rollback=True):
                if statement:
                    connection.execute(statement, (mine.broker.id,))
                connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
                become(connection, mine.broker, "BROKER")
                assert count(connection, table) == (1 if end == "none" else 0), end
                # The mandate was given to a broker: whoever is something else now has none.
                become(connection, mine.broker, "CLIENT")
                assert count(connection, table) == 0


def test_a_mandate_opens_bids_and_nothing_that_a_client_signs_or_pays(
    own_database: str, deals: tuple[Deal, Deal]
) -> None:
    mine, theirs = deals
    with connected(own_database, "app_user") as connection:
        become(connection, mine.broker, "BROKER")
        for table, rows in (("bids", 1), ("contracts", 0), ("payments", 0)):
            update = sql.SQL("UPDATE {} SET updated_at = now()").format(sql.Identifier(table))
            assert connection.execute(update).rowcount == rows, table
        assert count(connection, "users") == count(connection, "organizations") == 1
        place = {"owner": mine.owner, "building_id": mine.building_id, "space_id": mine.space_id}
        bid(connection, place, mine.client)
        with pytest.raises(InsufficientPrivilege):
            bid(connection, place, theirs.client)


def test_a_bid_names_the_organization_that_owns_the_space(own_database: str, deals: tuple[Deal, Deal]) -> None:
    mine, theirs = deals
    place = {"owner": mine.owner, "building_id": theirs.building_id, "space_id": theirs.space_id}
    with connected(own_database, "app_user") as connection, pytest.raises(ForeignKeyViolation):
        become(connection, mine.client, "CLIENT")
        bid(connection, place, mine.client)


def test_an_owner_may_delete_its_space_softly(own_database: str, deals: tuple[Deal, Deal]) -> None:
    with connected(own_database, "app_user") as connection:
        become(connection, deals[0].owner, "OWNER")
        deleted = connection.execute(
            "UPDATE spaces SET deleted_at = now() WHERE id = %s RETURNING id", (deals[0].space_id,)
        )
        assert deleted.rowcount == 1


# --- history ------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("change", ["UPDATE {} SET created_at = now()", "DELETE FROM {}"])
def test_history_is_never_edited(own_database: str, deals: tuple[Deal, Deal], table: str, change: str) -> None:
    column = {"signatures": "signed_at", "space_history": "valid_until", "contract_history": "valid_until"}.get(
        table, "created_at"
    )
    statement = sql.SQL(change.replace("created_at", column)).format(sql.Identifier(table))
    for role in (None, *APP_ROLES):
        with (
            connected(own_database, role) as connection,
            pytest.raises((RestrictViolation, InsufficientPrivilege)),
        ):
            become(connection, deals[0].owner, "SUPER_ADMIN")
            connection.execute(statement)


def test_a_signed_document_can_neither_change_nor_go(own_database: str, deals: tuple[Deal, Deal]) -> None:
    with (
        connected(own_database, "app_worker") as connection,
        pytest.raises((ForeignKeyViolation, RestrictViolation)),
    ):
        connection.execute("DELETE FROM documents WHERE contract_id = %s", (deals[0].contract_id,))
    with connected(own_database) as connection, pytest.raises(RestrictViolation):
        connection.execute("UPDATE documents SET sha256 = %s", ("b" * 64,))


# --- one space, one lease -----------------------------------------------------------------------


@pytest.fixture
def place(admin: psycopg.Connection[Row]) -> Row:
    return {**premises(admin, person(admin, "OWNER")), "client": person(admin, "CLIENT")}


@pytest.mark.parametrize("status", ["SIGNED", "ACTIVE"])
def test_overlapping_leases_are_refused(admin: psycopg.Connection[Row], place: Row, status: str) -> None:
    contract(admin, place, place["client"])
    with pytest.raises(ExclusionViolation) as refusal:
        contract(admin, place, place["client"], start_date="2026-01-31", end_date="2027-01-30", status=status)
    assert refusal.value.diag.constraint_name == "contracts_one_lease_at_a_time"


def test_adjacent_leases_are_accepted(admin: psycopg.Connection[Row], place: Row) -> None:
    contract(admin, place, place["client"])
    contract(admin, place, place["client"], start_date="2026-02-01", end_date="2027-01-31", status="SIGNED")
    contract(admin, place, place["client"], start_date="2024-02-01", end_date="2025-01-31")


def test_a_sale_has_no_end(admin: psycopg.Connection[Row], place: Row) -> None:
    contract(admin, place, place["client"], contract_type="SALE", end_date=None, term_months=None)
    with pytest.raises(ExclusionViolation):
        contract(admin, place, place["client"], start_date="2090-01-01", end_date="2090-12-31")


def test_a_hold_excludes_and_a_direct_draft_does_not(admin: psycopg.Connection[Row], place: Row) -> None:
    held = bid(admin, place, place["client"], status="APPROVED")
    contract(admin, place, place["client"], bid_id=held, status="DRAFT")
    contract(admin, place, place["client"], status="DRAFT")
    contract(admin, place, place["client"], status="TERMINATED")
    with pytest.raises(ExclusionViolation):
        contract(admin, place, place["client"], status="ACTIVE")


def test_one_bid_makes_one_contract(admin: psycopg.Connection[Row], place: Row) -> None:
    approved = bid(admin, place, place["client"], status="APPROVED")
    contract(admin, place, place["client"], bid_id=approved, status="TERMINATED")
    with pytest.raises(UniqueViolation) as refusal:
        contract(admin, place, place["client"], bid_id=approved, status="DRAFT")
    assert refusal.value.diag.constraint_name == "contracts_one_per_bid"


@pytest.mark.parametrize("status", ["PENDING", "COUNTER_OFFERED"])
def test_one_open_bid_per_client_organization(admin: psycopg.Connection[Row], place: Row, status: str) -> None:
    bid(admin, place, place["client"], status="WITHDRAWN")
    bid(admin, place, place["client"], status=status)
    with pytest.raises(UniqueViolation) as refusal:
        bid(admin, place, place["client"])
    assert refusal.value.diag.constraint_name == "bids_one_open_per_client"


def test_a_space_is_held_once_and_only_by_the_parties(admin: psycopg.Connection[Row], place: Row) -> None:
    client, stranger = place["client"], person(admin, "CLIENT")
    countered = bid(admin, place, client, status="COUNTER_OFFERED")
    lease = contract(admin, place, client, bid_id=countered, status="DRAFT")
    admin.execute("SET LOCAL ROLE app_user")
    for someone, role, held in (
        (stranger, "CLIENT", False),
        (client, "CLIENT", True),
        (client, "CLIENT", False),
    ):
        become(admin, someone, role)
        assert one(admin, "SELECT app.lock_space(%s)", place["space_id"])
        assert one(admin, "SELECT app.hold_space(%s, %s)", place["space_id"], lease) is held
    become(admin, None, "")
    assert not one(admin, "SELECT app.lock_space(%s)", place["space_id"])


# --- sessions and the clock ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE sessions SET revoked_at = now()",
        "UPDATE sessions SET expires_at = now() - interval '1 second'",
        "UPDATE users SET status = 'SUSPENDED'",
        "UPDATE users SET deleted_at = now()",
    ],
)
def test_a_session_that_ended_has_no_caller(admin: psycopg.Connection[Row], end: str) -> None:
    someone = person(admin, "CLIENT")
    socket = one(admin, "SELECT connection_id FROM connections WHERE user_id = %s", someone.id)
    session = "SELECT count(*) FROM app.session_caller(%s)"
    connection = "SELECT count(*) FROM app.connection_caller(%s)"
    assert (one(admin, session, someone.session_id), one(admin, connection, socket)) == (1, 1)
    admin.execute(end)
    assert (one(admin, session, someone.session_id), one(admin, connection, socket)) == (0, 0)


def test_the_business_day_is_the_buildings(admin: psycopg.Connection[Row]) -> None:
    for zone in ("UTC", "Pacific/Kiritimati", "America/New_York"):
        assert one(admin, "SELECT app.today(%s) = (now() AT TIME ZONE %s)::date", zone, zone)
    admin.execute("UPDATE app.clock SET offset_days = 31")
    assert one(admin, "SELECT app.today('UTC') = (now() AT TIME ZONE 'UTC')::date + 31")


# --- hot lists ----------------------------------------------------------------------------------

LISTED = "is_leasable AND deleted_at IS NULL"
HOT_LISTS = {
    "spaces_price_idx": f"""
        SELECT id FROM spaces WHERE {LISTED} AND price_minor >= 1000 AND (price_minor, id) > (2000, %(id)s)
        ORDER BY price_minor, id LIMIT 20""",
    "spaces_price_desc_idx": f"""
        SELECT id FROM spaces WHERE {LISTED} AND price_minor < 900000
        ORDER BY price_minor DESC NULLS LAST, id DESC LIMIT 20""",
    "spaces_sqft_idx": f"""
        SELECT id FROM spaces WHERE {LISTED} AND (gross_sqft_hundredths, id) > (2000, %(id)s)
        ORDER BY gross_sqft_hundredths, id LIMIT 20""",
    "spaces_newest_idx": f"""
        SELECT id FROM spaces WHERE {LISTED} AND (created_at, id) < (now(), %(id)s)
        ORDER BY created_at DESC, id DESC LIMIT 20""",
    "bids_owner_page_idx": """
        SELECT id FROM bids WHERE owner_organization_id = %(owner)s AND (created_at, id) < (now(), %(id)s)
        ORDER BY created_at DESC, id DESC LIMIT 20""",
    "bids_client_page_idx": """
        SELECT id FROM bids WHERE client_organization_id = %(owner)s
        ORDER BY created_at DESC, id DESC LIMIT 20""",
    "contracts_owner_page_idx": """
        SELECT id FROM contracts WHERE owner_organization_id = %(owner)s
        ORDER BY created_at DESC, id DESC LIMIT 20""",
    "payments_owner_page_idx": """
        SELECT id FROM payments WHERE owner_organization_id = %(owner)s
          AND (due_date, id) > ('2025-01-01', %(id)s)
        ORDER BY due_date, id LIMIT 20""",
    "notifications_page_idx": """
        SELECT id FROM notifications WHERE user_id = %(user)s AND id > %(id)s ORDER BY id LIMIT 20""",
}


@pytest.mark.parametrize("index", HOT_LISTS)
@pytest.mark.parametrize("role", ["OWNER", "CLIENT"])
def test_a_hot_list_reads_its_index_in_order_under_row_level_security(
    own_database: str, deals: tuple[Deal, Deal], index: str, role: str
) -> None:
    someone = deals[0].owner
    values = {"id": uuid.UUID(int=0), "owner": someone.organization_id, "user": someone.id}
    with connected(own_database, "app_reader") as connection:
        become(connection, someone, role)
        # Few rows would be read whole: only what the policy permits is asked here, not the cost.
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute("SET LOCAL enable_bitmapscan = off")
        connection.execute("SET LOCAL enable_sort = off")
        plan = "\n".join(row["QUERY PLAN"] for row in connection.execute(f"EXPLAIN {HOT_LISTS[index]}", values))
        assert f"using {index} " in plan, plan
        assert "Sort" not in plan, plan
        if "%(id)s" in HOT_LISTS[index] or "_id = %(" in HOT_LISTS[index]:
            assert "Index Cond" in plan, plan


def test_the_context_is_read_once_for_a_statement(admin: psycopg.Connection[Row]) -> None:
    """A policy that calls app.… outside a scalar subquery calls it for every row."""
    policies = admin.execute("""
        SELECT tablename, policyname, coalesce(qual, '') || ' ' || coalesce(with_check, '') AS rule
        FROM pg_policies
    """).fetchall()
    assert policies
    for policy in policies:
        rule = policy["rule"]
        assert rule.count("app.") == rule.count("( SELECT app."), policy
