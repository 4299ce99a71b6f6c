"""What becomes of credit when a lease ends early."""

from collections.abc import Sequence

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    if not is_half_done(revision):
        op.execute(
            "ALTER TABLE contracts ADD COLUMN end_credit TEXT, ADD CONSTRAINT contracts_end_credit_check"
            " CHECK (end_credit IN ('KEEP', 'REFUND_DUE', 'OFFSET')) NOT VALID"
        )
        op.execute("GRANT UPDATE (end_credit) ON contracts TO app_user")
    with unhurried(revision):
        op.execute("ALTER TABLE contracts VALIDATE CONSTRAINT contracts_end_credit_check")


def downgrade() -> None:
    op.execute("ALTER TABLE contracts DROP COLUMN end_credit")
