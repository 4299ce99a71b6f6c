"""Plans of maintenance, and the tickets that they open."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql" / "0046_plans_of_maintenance.sql"
INDEX = "tickets_planned_key"


def upgrade() -> None:
    if not is_half_done(revision):
        # Without parameters the driver sends the whole file at once and leaves its % signs alone.
        op.get_bind().exec_driver_sql(SQL.read_text(encoding="utf-8"), execution_options={"no_parameters": True})
    with unhurried(revision):
        for check in ("tickets_planned_check", "tickets_plan_id_fkey"):
            op.execute(f"ALTER TABLE tickets VALIDATE CONSTRAINT {check}")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")
        op.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {INDEX} ON tickets (plan_id, occurs_on) WHERE plan_id IS NOT NULL"
        )


def downgrade() -> None:
    op.execute("ALTER TABLE tickets DROP COLUMN plan_id, DROP COLUMN occurs_on, DROP COLUMN checklist")
    op.execute("DROP TABLE maintenance_plans")
