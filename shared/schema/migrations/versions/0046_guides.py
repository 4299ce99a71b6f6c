"""Agents who guide clients in conversations, and e-mails about what nobody has read for a while."""

from collections.abc import Sequence

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INDEXES = {"conversations_guide_id_idx": "guide_id", "conversations_updated_at_idx": "updated_at"}
GUIDE = "conversations_guide_id_fkey"


def upgrade() -> None:
    if not is_half_done(revision):
        op.execute("ALTER TABLE conversations ADD COLUMN guide_id UUID")
        op.execute(
            f"ALTER TABLE conversations ADD CONSTRAINT {GUIDE} FOREIGN KEY (guide_id) REFERENCES users (id) "
            "ON DELETE RESTRICT NOT VALID"
        )
        op.execute("GRANT UPDATE (guide_id) ON conversations TO app_user")
        op.execute(
            "ALTER TABLE conversation_participants ADD COLUMN mailed_seq BIGINT DEFAULT 0 NOT NULL, "
            "ADD COLUMN mailed_at TIMESTAMPTZ"
        )
        op.execute("GRANT UPDATE (mailed_seq, mailed_at) ON conversation_participants TO app_worker")
        op.execute("DROP POLICY worker ON conversation_participants")
        op.execute("CREATE POLICY worker ON conversation_participants FOR ALL TO app_worker USING (true)")
    with unhurried(revision):
        op.execute(f"ALTER TABLE conversations VALIDATE CONSTRAINT {GUIDE}")
        for name, columns in INDEXES.items():
            # One that was interrupted stays, invalid.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON conversations ({columns})")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    op.execute("DROP POLICY worker ON conversation_participants")
    op.execute("CREATE POLICY worker ON conversation_participants FOR SELECT TO app_worker USING (true)")
    op.execute("ALTER TABLE conversation_participants DROP COLUMN mailed_seq, DROP COLUMN mailed_at")
    op.execute("ALTER TABLE conversations DROP COLUMN guide_id")
