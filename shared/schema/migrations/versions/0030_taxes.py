"""Tax codes with their rates over time, and the parts of a payment's tax."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0030_taxes.sql")
    with unhurried(revision):
        # One that was interrupted stays, invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS contracts_taxed_idx")
        op.execute(
            "CREATE INDEX CONCURRENTLY contracts_taxed_idx ON contracts (id)"
            " WHERE jsonb_typeof(terms -> 'tax_codes') = 'object'"
        )


def downgrade() -> None:
    _run("0030_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
