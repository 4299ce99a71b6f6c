"""Conversations and their messages, who is in them and has read them, blocks and reports."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql" / "0036_messages.sql"


def upgrade() -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    op.get_bind().exec_driver_sql(SQL.read_text(encoding="utf-8"), execution_options={"no_parameters": True})


def downgrade() -> None:
    op.execute("DROP FUNCTION app.correspondent(uuid), app.participants(uuid[]), app.conversations_with(uuid)")
    op.execute("DROP FUNCTION app.read_conversation(uuid, uuid)")
    # It is part of a policy of theirs.
    op.execute("DROP TABLE message_reports, user_blocks, messages, conversation_participants, conversations")
    op.execute("DROP FUNCTION app.joins(uuid)")
