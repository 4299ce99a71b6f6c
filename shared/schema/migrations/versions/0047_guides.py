"""Agents who guide clients in conversations, attachments of messages, and e-mails about what waits to be read."""

from collections.abc import Sequence

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INDEXES = {
    "conversations_guide_id_idx": "conversations (guide_id)",
    "conversations_updated_at_idx": "conversations (updated_at)",
    "messages_file_ids_idx": "messages USING gin (file_ids) WHERE file_ids <> '{}'",
}
GUIDE = "conversations_guide_id_fkey"
ATTACHED = """
ALTER POLICY attached ON files
    USING (purpose IN ('TICKET_ATTACHMENT', 'EXPENSE_RECEIPT', 'MESSAGE_ATTACHMENT')
        AND NOT (SELECT app.reads_all())
        AND (EXISTS (SELECT FROM tickets AS t WHERE t.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_threads AS h WHERE h.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_quotes AS q WHERE q.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM expenses AS x WHERE x.receipt_id = files.id)
            OR EXISTS (SELECT FROM messages AS m WHERE m.file_ids <> '{}' AND m.file_ids @> ARRAY[files.id])))
"""
ATTACHED_BEFORE = """
ALTER POLICY attached ON files
    USING (purpose IN ('TICKET_ATTACHMENT', 'EXPENSE_RECEIPT')
        AND NOT (SELECT app.reads_all())
        AND (EXISTS (SELECT FROM tickets AS t WHERE t.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_threads AS h WHERE h.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_quotes AS q WHERE q.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM expenses AS x WHERE x.receipt_id = files.id)))
"""


def upgrade() -> None:
    if not is_half_done(revision):
        op.execute("ALTER TABLE conversations ADD COLUMN guide_id UUID")
        op.execute(
            f"ALTER TABLE conversations ADD CONSTRAINT {GUIDE} FOREIGN KEY (guide_id) REFERENCES users (id) "
            "ON DELETE RESTRICT NOT VALID"
        )
        op.execute("GRANT UPDATE (guide_id) ON conversations TO app_user")
        op.execute(
            "ALTER TABLE conversation_participants ADD COLUMN mailed_seq BIGINT DEFAULT '0' NOT NULL, "
            "ADD COLUMN mailed_at TIMESTAMPTZ"
        )
        op.execute("GRANT UPDATE (mailed_seq, mailed_at) ON conversation_participants TO app_worker")
        op.execute("DROP POLICY worker ON conversation_participants")
        op.execute("CREATE POLICY worker ON conversation_participants FOR ALL TO app_worker USING (true)")
        op.execute("ALTER TABLE messages ADD COLUMN file_ids UUID[] DEFAULT '{}' NOT NULL")
        op.execute("GRANT UPDATE (file_ids) ON messages TO app_user")
        op.execute(ATTACHED)
    with unhurried(revision):
        op.execute(f"ALTER TABLE conversations VALIDATE CONSTRAINT {GUIDE}")
        for name, columns in INDEXES.items():
            # One that was interrupted stays, invalid.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    op.execute(ATTACHED_BEFORE)
    op.execute("ALTER TABLE messages DROP COLUMN file_ids")
    op.execute("DROP POLICY worker ON conversation_participants")
    op.execute("CREATE POLICY worker ON conversation_participants FOR SELECT TO app_worker USING (true)")
    op.execute("ALTER TABLE conversation_participants DROP COLUMN mailed_seq, DROP COLUMN mailed_at")
    op.execute("ALTER TABLE conversations DROP COLUMN guide_id")
