"""Maintenance tickets with what is said, asked and offered about them, and contractors' profiles."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"
VALIDATE = "ALTER TABLE invitations VALIDATE CONSTRAINT invitations_role_check"


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0043_maintenance.sql")
    with unhurried(revision):
        op.execute(VALIDATE)


def downgrade() -> None:
    if not is_half_done(revision):
        _run("0043_down.sql")
    with unhurried(revision):
        op.execute(VALIDATE)


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    statements = (SQL / name).read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})
