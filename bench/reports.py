"""Row 10: the rent roll of ten thousand spaces, from the event to the answer.

One owner's ten buildings: nine of ten spaces are let, half of the leases with an increase each year, all with a deposit
and two years of installments behind them, with their invoices and money; some are owed. Beside it stand its own
statements in a bare psycopg loop, which neither calculates nor writes an answer.
"""

import gc
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.rows import dict_row

from bench.figures import Outcome, spread, table
from bench.ground import Ground
from functions.reports.show_rent_roll import show_rent_roll
from shared.reports import money, queries
from tests.call import http_event
from tests.world import User

TITLE = "Rent roll of 10,000 spaces"
COMPARED = "the same statements in a bare psycopg loop"
SPACES = 10_000
ROUNDS = 15
MOST_MILLISECONDS = 300

_FILL = """
INSERT INTO buildings (id, owner_organization_id, owner_id, name, address, total_floors)
SELECT gen_random_uuid(), %(organization)s, %(owner)s, 'Tower ' || n, '{"city": "New York"}', 20
FROM generate_series(1, 10) n;

INSERT INTO floors (id, building_id, owner_organization_id, floor_number)
SELECT gen_random_uuid(), b.id, b.owner_organization_id, n
FROM buildings b, generate_series(1, 20) n WHERE b.owner_organization_id = %(organization)s;

INSERT INTO spaces (id, floor_id, building_id, owner_organization_id, name, gross_sqft, usable_sqft, usage_type,
                    base_price_monthly, created_at)
SELECT gen_random_uuid(), f.id, f.building_id, f.owner_organization_id,
       'Suite ' || f.floor_number || lpad(n::text, 2, '0'), 500 + 37 * n, 400, 'OFFICE', 2000 + 100 * n, '2020-01-01'
FROM floors f, generate_series(1, %(on_a_floor)s) n WHERE f.owner_organization_id = %(organization)s;

INSERT INTO contracts (id, space_id, building_id, owner_id, owner_organization_id, client_id, client_organization_id,
                       start_date, end_date, term_months, base_rent, owner_party, client_party, premises, status,
                       activated_at, deposit_months, escalation)
SELECT gen_random_uuid(), s.id, s.building_id, %(owner)s, s.owner_organization_id, %(client)s, %(tenants)s,
       day, (day + interval '60 months')::date - 1, 60, s.base_price_monthly, '{}',
       jsonb_build_object('name', 'Carl Berg', 'legal_name', 'Tenant ' || s.name || ' Inc'),
       jsonb_build_object('gross_sqft', s.gross_sqft, 'building', '{"timezone": "UTC"}'::jsonb), 'ACTIVE',
       '2020-01-01', 2, CASE WHEN n %% 2 = 0 THEN '{"kind": "COMPOUND", "percent": 3, "every_months": 12}'::jsonb END
FROM (SELECT s.*, row_number() OVER (ORDER BY s.id) AS n FROM spaces s
      WHERE s.owner_organization_id = %(organization)s) AS s,
     LATERAL (SELECT (date_trunc('month', now()) - make_interval(months => (24 + n %% 24)::int))::date AS day) AS its
WHERE n %% 10 > 0;

INSERT INTO payments (id, contract_id, owner_organization_id, client_organization_id, payer_id, charge, period_start,
                      amount, owed, due_date, installment_number, total_installments, status, paid_amount, paid_date)
SELECT gen_random_uuid(), c.id, c.owner_organization_id, c.client_organization_id, c.client_id,
       CASE WHEN n = 0 THEN 'DEPOSIT' ELSE 'RENT' END, day, c.base_rent, c.base_rent, day, nullif(n, 0),
       CASE WHEN n > 0 THEN 24 END, CASE WHEN is_owed THEN 'OVERDUE' ELSE 'PAID' END,
       CASE WHEN is_owed THEN 0 ELSE c.base_rent END, CASE WHEN NOT is_owed THEN day END
FROM contracts c, generate_series(0, 24) n,
     LATERAL (SELECT (date_trunc('month', now()) - make_interval(months => 24 - n))::date AS day,
                     n = 24 AND hashtext(c.id::text) %% 10 = 0 AS is_owed) AS its
WHERE c.owner_organization_id = %(organization)s;

INSERT INTO invoices (id, contract_id, payment_id, owner_organization_id, client_organization_id, number, net_amount,
                      total_amount, currency, issued_on, due_date, owner_party, client_party)
SELECT gen_random_uuid(), p.contract_id, p.id, p.owner_organization_id, p.client_organization_id,
       row_number() OVER (ORDER BY p.due_date, p.id), p.amount, p.amount, p.currency, p.due_date, p.due_date, '{}', '{}'
FROM payments p WHERE p.owner_organization_id = %(organization)s;

INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id, amount,
                                  currency, paid_date)
SELECT gen_random_uuid(), p.id, p.contract_id, p.owner_organization_id, p.client_organization_id, p.paid_amount,
       p.currency, p.paid_date
FROM payments p WHERE p.owner_organization_id = %(organization)s AND p.paid_amount > 0;
"""


def run(ground: Ground) -> Outcome:
    """Each once to warm up, then in turns."""
    owner, client = ground.world.owner(), ground.world.client()
    _fill(ground.database_url, owner, client)
    ground.settle()
    event = http_event(show_rent_roll.operation, as_=owner, headers={"accept-encoding": "gzip"})
    table_event = http_event(
        show_rent_roll.operation, as_=owner, headers={"accept-encoding": "gzip", "accept": "text/csv"}
    )
    work: dict[str, Callable[[], Any]] = {
        "rent roll as JSON": lambda: show_rent_roll(event, None),
        "rent roll as CSV": lambda: show_rent_roll(table_event, None),
    }
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with psycopg.connect(ground.database_url, user="app_reader", autocommit=True, row_factory=dict_row) as bare:
        work["its statements, bare"] = lambda: _ask(bare, owner)
        # The other objects of this process are not part of a function, whose garbage collector has less to scan.
        gc.collect()
        gc.freeze()
        for number in range(ROUNDS + 1):
            for name, one in work.items():
                wall, cpu = _measured(one)
                if number:
                    found[name].append((wall, cpu))
    walls = {name: spread([wall for wall, _ in values]) for name, values in found.items()}
    goals = [
        (f"{name}: ≤ {MOST_MILLISECONDS} ms", f"{walls[name]} ms", walls[name].median <= MOST_MILLISECONDS)
        for name in ("rent roll as JSON", "rent roll as CSV")
    ]
    rows = [(name, walls[name], spread([cpu for _, cpu in values])) for name, values in found.items()]
    return Outcome(goals, table(("work", "ms", "of it CPU of the function"), rows))


def _fill(database_url: str, owner: User, client: User) -> None:
    values = {
        "organization": owner.organization_id,
        "owner": owner.id,
        "client": client.id,
        "tenants": client.organization_id,
        "on_a_floor": SPACES // 200,
    }
    with psycopg.connect(database_url) as connection, psycopg.ClientCursor(connection) as cursor:
        # Otherwise triggers would count every building fifty times.
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute(_FILL, values)


def _ask(bare: psycopg.Connection[Any], owner: User) -> None:
    values = queries.values_of(queries.Scope(owner.organization_id, None, None)) | {"limit": None}
    with bare.pipeline():
        bare.execute("SELECT app.set_ctx(%s, %s, %s)", (owner.id, owner.organization_id, owner.role.value))
        cursors = [
            bare.execute(statement, values)
            for statement in (queries.SELECT_DAY, queries.SELECT_SPACES, money._SELECT_LEASES)
        ]
    for cursor in cursors:
        cursor.fetchall()


def _measured(work: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds by the clock, and of this process's CPU."""
    began, cpu = time.monotonic(), time.thread_time()
    work()
    return (time.monotonic() - began) * 1000, (time.thread_time() - cpu) * 1000
