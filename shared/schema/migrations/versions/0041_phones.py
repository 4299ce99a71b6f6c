"""Phones and devices, what was sent to them, and what their owners answered."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql" / "0041_phones.sql"


def upgrade() -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    op.get_bind().exec_driver_sql(SQL.read_text(encoding="utf-8"), execution_options={"no_parameters": True})


def downgrade() -> None:
    op.execute("DROP TABLE daily_sends, sent_notices, devices, phone_replies, phones")
