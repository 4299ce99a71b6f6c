"""Search: the listings, the words in them, their triggers, and the functions that look through them."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    # cube: distances on the Earth, in the order of an index. btree_gin: numbers beside tags in one.
    op.execute("CREATE EXTENSION IF NOT EXISTS cube")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    _run("0012_search.sql")


def downgrade() -> None:
    _run("0012_down.sql")
    op.execute("DROP EXTENSION cube, btree_gin")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
