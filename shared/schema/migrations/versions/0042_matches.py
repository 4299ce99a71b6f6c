"""E-mails of what saved searches have found."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    _run("0042_matches.sql")


def downgrade() -> None:
    _run("0042_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
