"""How people want to be told of what, and what waits for their quiet hours to end."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql" / "0040_preferences.sql"


def upgrade() -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    op.get_bind().exec_driver_sql(SQL.read_text(encoding="utf-8"), execution_options={"no_parameters": True})


def downgrade() -> None:
    op.execute("DROP TABLE held_notices, notification_choices")
