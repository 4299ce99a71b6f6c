"""Conversations about maintenance tickets."""

from collections.abc import Sequence

from alembic import op

from shared.schema.migrate import is_half_done, unhurried

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CHECK = "conversations_context_type_check"


def upgrade() -> None:
    if not is_half_done(revision):
        _check("'SPACE', 'BID', 'CONTRACT', 'TICKET'")
    with unhurried(revision):
        op.execute(f"ALTER TABLE conversations VALIDATE CONSTRAINT {CHECK}")


def downgrade() -> None:
    op.execute("UPDATE conversations SET context_type = 'SPACE' WHERE context_type = 'TICKET'")
    _check("'SPACE', 'BID', 'CONTRACT'")
    op.execute(f"ALTER TABLE conversations VALIDATE CONSTRAINT {CHECK}")


def _check(kinds: str) -> None:
    op.execute(f"ALTER TABLE conversations DROP CONSTRAINT {CHECK}")
    op.execute(f"ALTER TABLE conversations ADD CONSTRAINT {CHECK} CHECK (context_type IN ({kinds})) NOT VALID")
