"""Books that tie out: the day of each invoice, write-offs, refunds, transfers of credit, and the day in the books.

Rows that were settled before they were invoiced get their invoice from the hourly job:
docs/decisions/0032-books-that-tie-out.md.
"""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import LOCK_TIMEOUT, is_half_done, unhurried

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"
CHECKS = (
    "payment_transactions_other_contract_id_fkey",
    "payment_transactions_payment_id_check",
    "payment_transactions_kind_check",
)


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0019_books.sql")
    with unhurried(revision):
        # Who waits for one row holds the others of its batch meanwhile.
        op.execute(f"SET lock_timeout = {LOCK_TIMEOUT * 1000:.0f}")
        op.execute((SQL / "0019_fill.sql").read_text(encoding="utf-8"))
        op.execute("SET lock_timeout = 0")
        for name in CHECKS:
            op.execute(f"ALTER TABLE payment_transactions VALIDATE CONSTRAINT {name}")
        # One that was interrupted stays, invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS payments_uninvoiced_idx")
        op.execute(
            "CREATE INDEX CONCURRENTLY payments_uninvoiced_idx ON payments (due_date, id)"
            " WHERE invoiced_on IS NULL AND owed > 0"
        )
    op.execute("DROP POLICY fill_invoiced ON payments")
    op.execute("DROP POLICY fill_invoiced ON invoices")


def downgrade() -> None:
    _run("0019_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
