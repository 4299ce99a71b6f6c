"""Executed leases and credit notes are documents; who declined; where to pay; parties that are complete."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0020_executed.sql")
    with unhurried(revision):
        for check in ("documents_kind_check", "documents_payment_id_check"):
            op.execute(f"ALTER TABLE documents VALIDATE CONSTRAINT {check}")


def downgrade() -> None:
    _run("0020_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
