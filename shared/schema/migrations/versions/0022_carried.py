"""A renewal takes over the deposit of the lease that it renews."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0022_carried.sql")
    with unhurried(revision):
        op.execute("ALTER TABLE payment_transactions VALIDATE CONSTRAINT payment_transactions_kind_check")
        # One that was interrupted stays, invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS contracts_carrying_idx")
        op.execute(
            "CREATE INDEX CONCURRENTLY contracts_carrying_idx ON contracts (start_date, id)"
            " WHERE renews_contract_id IS NOT NULL AND deposit_carried_on IS NULL AND status = 'ACTIVE'"
        )


def downgrade() -> None:
    _run("0022_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
