"""A database full of deals, at the first migration: as many rows in its largest tables as one asks for."""

from uuid import UUID

import psycopg

# What an id is of, so that every row can name its relations without looking.
KINDS = ("organization", "user", "session", "building", "floor", "space", "bid", "contract", "payment", "signature",
         "notification", "audit", "event")  # fmt: skip

# A building has a hundred spaces, a contract ten payments; half of the organizations own, the others rent.
SPACES_A_BUILDING = 100
PAYMENTS_A_CONTRACT = 10

_ID = """
CREATE FUNCTION pg_temp.id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(array_position(%(kinds)s::text[], kind)), 8, '0') || '-0000-7000-8000-'
            || lpad(to_hex(n), 12, '0'))::uuid $$
"""

_FILL = """
INSERT INTO organizations (id, name) SELECT pg_temp.id('organization', n), 'Company ' || n
FROM generate_series(1, {few}) n;

INSERT INTO users (id, organization_id, email, password_hash, name, role)
SELECT pg_temp.id('user', n), pg_temp.id('organization', n), 'person' || n || '@example.com', 'x', 'Person ' || n,
       CASE WHEN n % 2 = 0 THEN 'OWNER' ELSE 'CLIENT' END
FROM generate_series(1, {few}) n;

INSERT INTO sessions (id, user_id, refresh_hash, expires_at)
SELECT pg_temp.id('session', n), pg_temp.id('user', n), md5(n::text), now() + interval '7 days'
FROM generate_series(1, {few}) n;

INSERT INTO buildings (id, owner_organization_id, owner_id, name, address, total_floors)
SELECT pg_temp.id('building', n), pg_temp.id('organization', n + n % 2), pg_temp.id('user', n + n % 2),
       'Tower ' || n, '{{"city": "New York", "country": "USA"}}', 1
FROM generate_series(1, {few}) n;

INSERT INTO floors (id, building_id, owner_organization_id, floor_number)
SELECT pg_temp.id('floor', n), pg_temp.id('building', n), pg_temp.id('organization', n + n % 2), 1
FROM generate_series(1, {few}) n;

INSERT INTO spaces (id, floor_id, building_id, owner_organization_id, name, gross_sqft, usable_sqft, usage_type,
                    base_price_monthly, availability_status)
SELECT pg_temp.id('space', n), pg_temp.id('floor', b), pg_temp.id('building', b),
       pg_temp.id('organization', b + b % 2), 'Suite ' || n, 500 + n % 5000, 400, 'OFFICE', 1000 + n % 9000,
       CASE WHEN n % 3 = 0 THEN 'OCCUPIED' ELSE 'AVAILABLE' END
FROM generate_series(1, {rows}) n, LATERAL (SELECT 1 + n % {few} AS b) AS its;

INSERT INTO bids (id, space_id, building_id, owner_id, owner_organization_id, client_id, client_organization_id,
                  bid_amount, start_date, term_months, status, client_party, premises)
SELECT pg_temp.id('bid', n), pg_temp.id('space', n), pg_temp.id('building', b), pg_temp.id('user', b + b % 2),
       pg_temp.id('organization', b + b % 2), pg_temp.id('user', c), pg_temp.id('organization', c),
       1000, '2030-01-01', 12, 'WITHDRAWN', '{{"name": "Some One"}}', '{{"name": "Suite"}}'
FROM generate_series(1, {rows}) n, LATERAL (SELECT 1 + n % {few} AS b, 1 + n % ({few} / 2) * 2 AS c) AS its;

INSERT INTO contracts (id, space_id, building_id, owner_id, owner_organization_id, client_id,
                       client_organization_id, start_date, end_date, term_months, base_rent, owner_party,
                       client_party, premises, status, document_sha256)
SELECT pg_temp.id('contract', n), pg_temp.id('space', n), pg_temp.id('building', b),
       pg_temp.id('user', b + b % 2), pg_temp.id('organization', b + b % 2), pg_temp.id('user', c),
       pg_temp.id('organization', c), '2025-01-01', '2026-12-31', 24, 1000, '{{}}', '{{}}',
       '{{"building": {{"timezone": "UTC"}}}}', 'ACTIVE', repeat('a', 64)
FROM generate_series(1, {rows} / 10) n, LATERAL (SELECT 1 + n % {few} AS b, 1 + n % ({few} / 2) * 2 AS c) AS its;

INSERT INTO signatures (id, contract_id, owner_organization_id, client_organization_id, side, user_id, signature,
                        consent, document_sha256)
SELECT pg_temp.id('signature', row_number() OVER ()), c.id, c.owner_organization_id, c.client_organization_id,
       side, c.client_id, 'Some One', true, repeat('a', 64)
FROM contracts c, unnest(ARRAY['CLIENT', 'OWNER']) AS side;

INSERT INTO payments (id, contract_id, owner_organization_id, client_organization_id, payer_id, period_start, amount,
                      due_date, installment_number, total_installments)
SELECT pg_temp.id('payment', n), pg_temp.id('contract', c), pg_temp.id('organization', b + b % 2),
       pg_temp.id('organization', t), pg_temp.id('user', t), '2025-01-01'::date + 30 * i::int, 1000,
       '2025-01-01'::date + 30 * i::int, i + 1, 10
FROM generate_series(0, {rows} - 1) n, LATERAL (SELECT 1 + n / 10 AS c, n % 10 AS i) AS its,
     LATERAL (SELECT 1 + c % {few} AS b, 1 + c % ({few} / 2) * 2 AS t) AS sides;

INSERT INTO notifications (id, user_id, type, title, message)
SELECT pg_temp.id('notification', n), pg_temp.id('user', 1 + n % {few}), 'bid_update', 'New Bid', 'A bid'
FROM generate_series(1, {rows}) n;

INSERT INTO audit_logs (id, organization_id, user_id, operation, action, resource_type, resource_id)
SELECT pg_temp.id('audit', n), pg_temp.id('organization', 1 + n % {few}), pg_temp.id('user', 1 + n % {few}),
       'place_bid', 'bid.placed', 'bid', pg_temp.id('bid', n)
FROM generate_series(1, {rows}) n;

INSERT INTO outbox (id, name, object_type, object_id, payload, published_at)
SELECT pg_temp.id('event', n), 'bid.placed', 'bid', pg_temp.id('bid', n), '{{"status": "PENDING"}}', now()
FROM generate_series(1, {rows}) n;
"""


def row_id(kind: str, number: int) -> UUID:
    """The id of a row that `fill` made."""
    return UUID(int=(KINDS.index(kind) + 1) << 96 | 0x7000_8000 << 48 | number)


def fill(database_url: str, rows: int) -> None:
    """Put so many rows into each of the largest tables, and what they belong to into the others."""
    with psycopg.connect(database_url) as connection:
        # Foreign keys are right by construction, and would take longer than all the rest.
        connection.execute("SET LOCAL session_replication_role = 'replica'")
        connection.execute("SET LOCAL synchronous_commit = off")
        connection.execute(_ID.replace("%(kinds)s", "'{" + ",".join(KINDS) + "}'"))
        connection.execute(_FILL.format(rows=rows, few=few(rows)))  # type: ignore[arg-type]


def few(rows: int) -> int:
    """How many buildings, people and organizations there are beside so many spaces."""
    return max(rows // SPACES_A_BUILDING, 10)
