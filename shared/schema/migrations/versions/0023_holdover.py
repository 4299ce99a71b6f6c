"""A lease may go on after its last day."""

from collections.abc import Sequence

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    if not is_half_done(revision):
        op.execute(
            "ALTER TABLE contracts ADD COLUMN holdover_percent NUMERIC(7, 4), ADD CONSTRAINT"
            " contracts_holdover_percent_check CHECK (holdover_percent >= 100) NOT VALID"
        )
        op.execute("GRANT UPDATE (holdover_percent) ON contracts TO app_user")
    with unhurried(revision):
        op.execute("ALTER TABLE contracts VALIDATE CONSTRAINT contracts_holdover_percent_check")
        # One that was interrupted stays, invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS contracts_holdover_idx")
        op.execute(
            "CREATE INDEX CONCURRENTLY contracts_holdover_idx ON contracts (end_date, id)"
            " WHERE holdover_percent IS NOT NULL AND status = 'ACTIVE'"
        )


def downgrade() -> None:
    op.execute("DROP INDEX contracts_holdover_idx")
    op.execute("ALTER TABLE contracts DROP COLUMN holdover_percent")
