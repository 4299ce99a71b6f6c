"""Administration: notes about users, reads that are written down, and seals on the audit log."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0011_admin.sql")
    with unhurried(revision):
        # One that was interrupted stays, invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS audit_logs_action_idx")
        op.execute("CREATE INDEX CONCURRENTLY audit_logs_action_idx ON audit_logs (action, created_at, id)")


def downgrade() -> None:
    op.execute("DROP INDEX audit_logs_action_idx")
    _run("0011_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
