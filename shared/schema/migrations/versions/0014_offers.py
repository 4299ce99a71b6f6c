"""Offers: what each version of a bid is worth; leases without a bid; documents by their hash."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0014_offers.sql")
    with unhurried(revision):
        # One that was interrupted stays, invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS documents_sha256_idx")
        op.execute("CREATE INDEX CONCURRENTLY documents_sha256_idx ON documents (sha256)")


def downgrade() -> None:
    op.execute("DROP INDEX documents_sha256_idx")
    _run("0014_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
