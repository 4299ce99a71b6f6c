"""Reports: what spaces and leases were before they changed, and what is still owed, found by owner."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"
INDEXES = {
    "payments_unsettled_idx": "(owner_organization_id, due_date) WHERE status <> 'PAID'",
    "payments_deposits_idx": "(owner_organization_id, contract_id) WHERE charge = 'DEPOSIT'",
}


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0013_reports.sql")
    with unhurried(revision):
        for name, columns in INDEXES.items():
            # One that was interrupted stays, invalid.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON payments {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    _run("0013_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
