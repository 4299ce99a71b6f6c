"""News for programs: a notification's event, subject, actor and params; the language of people."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import LOCK_TIMEOUT, is_half_done, unhurried

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    if not is_half_done(revision):
        _run("0018_news.sql")
    with unhurried(revision):
        # Whoever waits for one row holds the others of the batch meanwhile.
        op.execute(f"SET lock_timeout = {LOCK_TIMEOUT * 1000:.0f}")
        op.execute((SQL / "0018_named.sql").read_text(encoding="utf-8"))
        op.execute("SET lock_timeout = 0")
        op.execute("ALTER TABLE users VALIDATE CONSTRAINT users_language_check")
    op.execute("DROP POLICY name_events ON notifications")


def downgrade() -> None:
    _run("0018_down.sql")


def _run(name: str) -> None:
    # Without parameters the driver sends the whole file at once and leaves its % signs alone.
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / name).read_text(encoding="utf-8"), execution_options={"no_parameters": True})
