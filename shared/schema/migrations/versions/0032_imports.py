"""Imports, leases of tenants who have no account yet, and opening balances."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"
CHECKS = (
    ("payments", "payments_charge_check"),
    ("payment_transactions", "payment_transactions_kind_check"),
    ("payment_transactions", "payment_transactions_payment_id_check"),
    ("invitations", "invitations_inviting_organization_id_fkey"),
)


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0032_imports.sql")
    with unhurried(revision):
        for table, name in CHECKS:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
        # One that was interrupted stays, invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS contracts_external_id_key")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY contracts_external_id_key"
            " ON contracts (owner_organization_id, external_id) WHERE external_id IS NOT NULL"
        )


def downgrade() -> None:
    _run("0032_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
