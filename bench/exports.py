"""Row 15: an export of a million payments as CSV, from the event to the file in S3.

Each in a process of its own, whose memory is measured at its highest. Beside it stands COPY TO of the same columns of
the same rows, read by psycopg and kept nowhere: no order, no row-level security, no hash, no S3.
"""

import json
import subprocess
import sys
from typing import Any

import psycopg

from bench.figures import Outcome, spread, table
from bench.ground import Ground
from functions.exports.create_export import create_export
from local.cloud.problem import CHECKOUT
from tests.call import call
from tests.world import User

TITLE = "Export of 1,000,000 payments"
COMPARED = "COPY TO of the same rows"
PAYMENTS = 1_000_000
OF_A_CONTRACT = 120
ROUNDS = 3
MOST_TIMES = 5
MOST_MEGABYTES = 150

_FILL = """
INSERT INTO contracts (id, space_id, building_id, owner_id, owner_organization_id, client_id, client_organization_id,
                       start_date, end_date, term_months, base_rent, owner_party, client_party, premises, status)
SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %(owner)s, %(organization)s, %(client)s, %(tenants)s,
       '2020-01-01', '2029-12-31', 120, 5000, '{}', '{}', '{}', 'EXPIRED'
FROM generate_series(1, %(contracts)s);

INSERT INTO payments (id, contract_id, owner_organization_id, client_organization_id, payer_id, charge, period_start,
                      amount, owed, due_date, installment_number, total_installments, status, paid_amount, paid_date)
SELECT gen_random_uuid(), c.id, c.owner_organization_id, c.client_organization_id, c.client_id, 'RENT', day, 5000.50,
       5000.50, day, n, 120, 'PAID', 5000.50, day + 3
FROM contracts c, generate_series(1, %(of_a_contract)s) n,
     LATERAL (SELECT ('2020-01-01'::date + make_interval(months => n - 1))::date AS day) AS its
WHERE c.owner_organization_id = %(organization)s;
"""

_COPY = """
COPY (SELECT contract_id, id, amount, currency, due_date, paid_date, status FROM payments
      WHERE owner_organization_id = '{}') TO STDOUT (FORMAT csv)
"""

# Prints seconds by the clock, and the most memory that the process had, in megabytes.
_WATCHED = """
import json, re, sys, time
{imports}
event = json.load(sys.stdin)
began = time.monotonic()
{work}
seconds = time.monotonic() - began
# Not what getrusage says: that knows the process before its exec, which was a copy of the bench.
print(json.dumps([seconds, int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024]))
"""


def run(ground: Ground) -> Outcome:
    """In turns."""
    owner, client = ground.world.owner(), ground.world.client()
    _fill(ground.database_url, owner, client)
    ground.settle()
    found: dict[str, list[tuple[float, float]]] = {"export": [], "COPY TO": []}
    for _ in range(ROUNDS):
        found["export"].append(_watched(_EXPORT, _event(ground, owner)))
        copied = {"url": ground.database_url, "copy": _COPY.format(owner.organization_id)}
        found["COPY TO"].append(_watched(_COPIED, copied))
    times = spread([one[0] / other[0] for one, other in zip(found["export"], found["COPY TO"], strict=True)])
    memory = max(one[1] for one in found["export"])
    goals = [
        (f"beside COPY TO: ≤ {MOST_TIMES} ×", f"{times} ×", times.median <= MOST_TIMES),
        (f"memory: ≤ {MOST_MEGABYTES} MB", f"{memory:.0f} MB", memory <= MOST_MEGABYTES),
    ]
    rows = [
        (name, spread([wall for wall, _ in values]), f"{max(memory for _, memory in values):.0f}")
        for name, values in found.items()
    ]
    return Outcome(goals, table(("work", "seconds", "MB at most"), rows))


_EXPORT = (
    "from functions.exports.write_export import write_export",
    "assert write_export(event, None) == {'batchItemFailures': []}",
)
_COPIED = (
    "import psycopg",
    """with psycopg.connect(event["url"]) as connection, connection.cursor().copy(event["copy"]) as copy:
    assert sum(1 for _ in copy) >= 1_000_000""",
)


def _watched(script: tuple[str, str], event: dict[str, Any]) -> tuple[float, float]:
    imports, work = script
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED.format(imports=imports, work=work)],
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=True,
        cwd=CHECKOUT,
    )
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory


def _event(ground: Ground, owner: User) -> dict[str, Any]:
    """A new export, as its function's queue delivers it."""
    body = {"kind": "PAYMENTS", "format": "CSV"}
    export = call(create_export, as_=owner, body=body).json["id"]
    [detail] = ground.world.event_details(export)
    record = {"messageId": "1", "attributes": {}, "body": json.dumps({"detail": detail}, default=str)}
    return {"Records": [record]}


def _fill(database_url: str, owner: User, client: User) -> None:
    values = {
        "organization": owner.organization_id,
        "owner": owner.id,
        "client": client.id,
        "tenants": client.organization_id,
        "contracts": -(-PAYMENTS // OF_A_CONTRACT),
        "of_a_contract": OF_A_CONTRACT,
    }
    with psycopg.connect(database_url) as connection, psycopg.ClientCursor(connection) as cursor:
        # Otherwise the checks and counts of a million rows would take longer than what is measured.
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute(_FILL, values)
