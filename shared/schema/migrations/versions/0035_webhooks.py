"""Webhooks, the events that organizations may know of, and their deliveries."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql" / "0035_webhooks.sql"


def upgrade() -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    op.get_bind().exec_driver_sql(SQL.read_text(encoding="utf-8"), execution_options={"no_parameters": True})


def downgrade() -> None:
    op.execute("REVOKE EXECUTE ON FUNCTION app.represented() FROM app_worker")
    op.execute("DROP TABLE webhook_deliveries, public_events, webhooks")
