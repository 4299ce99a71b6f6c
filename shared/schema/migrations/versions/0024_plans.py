"""Payment plans."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    statements = (SQL / "0024_plans.sql").read_text(encoding="utf-8")
    connection.exec_driver_sql(statements, execution_options={"no_parameters": True})


def downgrade() -> None:
    op.execute("DROP VIEW states_of_plans")
    op.execute("DROP TABLE payment_plans")
