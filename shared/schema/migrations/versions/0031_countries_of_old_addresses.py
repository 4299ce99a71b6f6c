"""The country's code of addresses that were entered before there was one, where the name is known."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import LOCK_TIMEOUT, is_half_done, unhurried

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"
TABLES = ("organizations", "buildings")


def upgrade() -> None:
    if not is_half_done(revision):
        # FORCE binds the owner too, which on Aurora is no superuser: while this migration runs it may fill the column
        # in.
        for table in TABLES:
            op.execute(f"CREATE POLICY fill_countries ON {table} FOR ALL TO CURRENT_USER USING (true)")
    with unhurried(revision):
        # Who waits for one row holds the others of its batch meanwhile.
        op.execute(f"SET lock_timeout = {LOCK_TIMEOUT * 1000:.0f}")
        filling = (SQL / "0031_countries.sql").read_text(encoding="utf-8")
        # Without parameters the driver leaves its % signs alone.
        op.get_bind().exec_driver_sql(filling, execution_options={"no_parameters": True})
        op.execute("SET lock_timeout = 0")
    for table in TABLES:
        op.execute(f"DROP POLICY fill_countries ON {table}")


def downgrade() -> None:
    """Nothing: a country's code stays right without this migration."""
