"""What the local cloud needs to know about this platform (the fields are in local/cloud/hooks.py)."""

import sys

import psycopg

from local.cloud.hooks import Database, Hooks, Inputs
from local.cloud.problem import CHECKOUT
from local.demo import city

DATABASE = Database(
    name="leasing",
    # As stacks/database.py calls it.
    owner="leasing_admin",
    schema=CHECKOUT / "shared" / "schema",
    upgrade=(sys.executable, "-m", "shared.schema.migrate", "upgrade"),
)

INPUTS = Inputs(
    # Only the kit's own code decides what a declaration turns into; what the kit does with it runs later.
    whole=("app.py", "cdk.json", "requirements.txt", "stacks/**/*.py", "functions/**/*.json", "shared/kit/*.py"),
    declared=("functions/**/*.py",),
)


def next_day(database_url: str) -> str:
    """Advance the business clock by a day; returns the new day."""
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE app.clock SET offset_days = offset_days + 1")
        row = connection.execute("SELECT app.today('UTC')").fetchone()
    return str(row[0]) if row else ""


HOOKS = Hooks(
    database=DATABASE,
    inputs=INPUTS,
    sources=("functions", "shared"),
    next_day=next_day,
    resume=("restart_sagas", b'{"all": true}'),
    gives_way=city.AGENT,
)
