"""The books: months that are closed, the day on which a document is posted, and the journal."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"
TABLES = ("invoices", "payment_transactions")


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0027_journal.sql")
    with unhurried(revision):
        for table in TABLES:
            # One that was interrupted stays, invalid.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {table}_journal_idx")
            op.execute(f"CREATE INDEX CONCURRENTLY {table}_journal_idx ON {table} (owner_organization_id, id)")


def downgrade() -> None:
    _run("0027_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
