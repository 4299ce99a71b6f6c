"""An address's country by its code, beside the name that was given."""

from collections.abc import Sequence

from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # Null until an address is next changed: documents find the code by the name, as before.
    for table in ("organizations", "buildings"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN country_code VARCHAR(2)")
        op.execute(f"GRANT UPDATE (country_code) ON {table} TO app_user")
    op.execute("GRANT INSERT (country_code) ON buildings TO app_user")


def downgrade() -> None:
    for table in ("organizations", "buildings"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN country_code")
