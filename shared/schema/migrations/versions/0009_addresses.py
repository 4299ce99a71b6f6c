"""An address belongs to one account at a time: who was removed may come back, with a new one."""

from collections.abc import Sequence

from alembic import op

from shared.schema.migrate import unhurried

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with unhurried():
        op.execute("ALTER TABLE bids VALIDATE CONSTRAINT bids_broker_id_fkey")
    _replace_index("users (lower(email)) WHERE deleted_at IS NULL")


def downgrade() -> None:
    # Of several accounts with one address only the living one keeps it.
    op.execute("UPDATE users SET email = id || '@removed.invalid' WHERE deleted_at IS NOT NULL")
    _replace_index("users (lower(email))")


def _replace_index(columns: str) -> None:
    with unhurried():
        # One that was interrupted stays, invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS users_email_next")
        op.execute(f"CREATE UNIQUE INDEX CONCURRENTLY users_email_next ON {columns}")
    op.execute("DROP INDEX IF EXISTS users_email_key")
    op.execute("ALTER INDEX users_email_next RENAME TO users_email_key")
