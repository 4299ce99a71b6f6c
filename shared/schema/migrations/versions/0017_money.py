"""What is owed of a payment, what of its transactions stands, and its state on a day: each is said once.

A payment's credit notes are found by an index: a report read through all invoices for each open payment.
"""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import LOCK_TIMEOUT, is_half_done, unhurried

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0017_money.sql")
    with unhurried(revision):
        # Who waits for one row holds the others of its batch meanwhile.
        op.execute(f"SET lock_timeout = {LOCK_TIMEOUT * 1000:.0f}")
        op.execute((SQL / "0017_fill.sql").read_text(encoding="utf-8"))
        op.execute("SET lock_timeout = 0")
        op.execute("ALTER TABLE payments VALIDATE CONSTRAINT payments_owed_check")
        # One that was interrupted stays, invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS invoices_credits_idx")
        op.execute("CREATE INDEX CONCURRENTLY invoices_credits_idx ON invoices (payment_id) WHERE kind = 'CREDIT_NOTE'")
    op.execute("DROP POLICY fill_owed ON payments")


def downgrade() -> None:
    _run("0017_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
