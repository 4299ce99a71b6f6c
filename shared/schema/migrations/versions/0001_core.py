"""The core: people, inventory, deals, money, bookkeeping, and the walls around them.

The SQL stands in `migrations/sql/`, one file per concern, in the order of `PARTS`.
"""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"
PARTS = ("roles", "tables", "functions", "policies", "grants")


def upgrade() -> None:
    # btree_gist puts `space_id =` beside `daterange &&` in one exclusion constraint.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for part in PARTS:
        _run(f"0001_{part}.sql")


def downgrade() -> None:
    _run("0001_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
