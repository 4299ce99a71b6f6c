"""Late charges are calculated again when an installment becomes PAID, even one paid by its due date."""

from collections.abc import Sequence

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# The release before finds its rows by the new index, too: it has them all.
LATE = (
    "CREATE INDEX CONCURRENTLY {name} ON payments (due_date, id) WHERE installment_number IS NOT NULL"
    " AND status = 'PAID' AND {paid} AND late_until IS DISTINCT FROM paid_date"
)


def upgrade() -> None:
    if not is_half_done(revision):
        op.execute("GRANT UPDATE (late_until) ON payments TO app_user")
    with unhurried(revision):
        _replace("payments_late_idx", "payments_recalculated_idx", "(paid_date > due_date OR interest_charged > 0)")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (late_until) ON payments FROM app_user")
    op.execute("DROP INDEX payments_recalculated_idx")
    op.execute(LATE.format(name="payments_late_idx", paid="paid_date > due_date").replace(" CONCURRENTLY", ""))


def _replace(old: str, new: str, paid: str) -> None:
    # One that was interrupted stays, invalid.
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {new}")
    op.execute(LATE.format(name=new, paid=paid))
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {old}")
