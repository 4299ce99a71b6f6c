"""A contract's life after its signature: credit notes, credit that moves, late charges, indexes, an early end."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"
CHECKS = (
    ("payments", "payments_amount_check"),
    ("payments", "payments_tax_amount_check"),
    ("payments", "payments_installment_check"),
    ("payments", "payments_credited_amount_check"),
    ("payment_transactions", "payment_transactions_kind_check"),
)
INDEXES = {
    "contracts_one_renewal": "contracts (renews_contract_id)"
    " WHERE renews_contract_id IS NOT NULL AND status <> 'TERMINATED'",
    "invoices_owner_idx": "invoices (owner_organization_id, created_at, id)",
    "contracts_terminating_idx": "contracts (terminates_on, id)"
    " WHERE terminates_on IS NOT NULL AND status IN ('SIGNED', 'ACTIVE')",
    # What was paid late and is not reckoned yet: a few rows at any time.
    "payments_late_idx": "payments (due_date, id) WHERE installment_number IS NOT NULL AND status = 'PAID'"
    " AND paid_date > due_date AND late_until IS DISTINCT FROM paid_date",
}


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0015_lifecycle.sql")
    with unhurried(revision):
        for table, check in CHECKS:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {check}")
        for name, columns in INDEXES.items():
            # One that was interrupted stays, invalid.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            unique = "UNIQUE " if name == "contracts_one_renewal" else ""
            op.execute(f"CREATE {unique}INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    _run("0015_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
