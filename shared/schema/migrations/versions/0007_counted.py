"""What reads many rows and so comes after the changes that people wait for: counting, and checking new constraints.

Each statement is a transaction of its own, holds up nobody, and may be run again.
"""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import unhurried

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"
CONSTRAINTS = (
    ("buildings", "buildings_occupancy_check"),
    ("payments", "payments_tax_amount_check"),
    ("signatures", "signatures_provider_check"),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute((SQL / "0007_counted.sql").read_text(encoding="utf-8"))
    with unhurried():
        for table, constraint in CONSTRAINTS:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def downgrade() -> None:
    """Nothing: what was counted and checked stays right without this migration."""
