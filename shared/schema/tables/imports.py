"""Imports: their files, how far they have come, what was wrong with which rows; and tenants who have no account yet."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, UniqueConstraint, Uuid
from sqlalchemy import text as sql

from shared.schema.tables.columns import (
    flag,
    json,
    key,
    line,
    metadata,
    moment,
    now,
    number,
    one_of,
    sha256,
    text,
    uuid,
)

imports = Table(
    "imports",
    metadata,
    key(),
    uuid("organization_id", "organizations.id"),
    # Who asked for it: in their name it changes things.
    uuid("user_id", "users.id"),
    text("kind"),
    text("status", default="QUEUED"),
    flag("dry_run"),
    # While it waits or runs, file_uses keeps the file; afterwards it may be deleted.
    Column("file_id", Uuid, ForeignKey("files.id", ondelete="SET NULL")),
    line("file_name"),
    # Of the file, once it is known.
    text("sha256", nullable=True),
    # How many records are done. It moves in the transaction that does them.
    number("position", default="0"),
    number("total", nullable=True),
    number("succeeded", default="0"),
    number("failed", default="0"),
    # How often it was begun since it last moved: a file that kills its reader is given up.
    number("attempts", default="0"),
    # What the file is written in, and the columns that were read of it, and those that were not.
    json("form"),
    json("columns_read", nullable=False, default="[]"),
    json("columns_ignored", nullable=False, default="[]"),
    # {code, message}: why it failed as a whole.
    json("failure"),
    # When sockets last heard of it.
    moment("told_at"),
    moment("started_at"),
    moment("finished_at"),
    now("created_at"),
    now("updated_at"),
    one_of("kind", "BUILDINGS", "LEASES"),
    one_of("status", "QUEUED", "RUNNING", "COMPLETED", "COMPLETED_WITH_ERRORS", "FAILED"),
    sha256("sha256"),
    CheckConstraint("position = succeeded + failed", name="position"),
    CheckConstraint("position >= 0 AND position <= total", name="total"),
    CheckConstraint("(status = 'FAILED') = (failure IS NOT NULL)", name="failure"),
    Index("imports_page_idx", "organization_id", "id"),
    Index("imports_file_id_idx", "file_id"),
    Index("imports_unfinished_idx", "updated_at", postgresql_where=sql("status IN ('QUEUED', 'RUNNING')")),
    # The same file is imported once.
    Index(
        "imports_one_of_a_file",
        "organization_id",
        "kind",
        "sha256",
        unique=True,
        postgresql_where=sql("NOT dry_run AND status IN ('QUEUED', 'RUNNING', 'COMPLETED')"),
    ),
)

# A record that failed, as it stands in the file, and everything that is wrong with it.
import_failures = Table(
    "import_failures",
    metadata,
    uuid("import_id", "imports.id"),
    uuid("organization_id"),
    number("row"),
    # [text]: its cells.
    json("cells", nullable=False),
    # What is wrong with which column: a list of faults (shared/imports/models.py).
    json("faults", nullable=False),
    PrimaryKeyConstraint("import_id", "row"),
)

# The external ids that a running import has met, each with the row that it was first met in.
import_keys = Table(
    "import_keys",
    metadata,
    uuid("import_id", "imports.id"),
    line("key"),
    number("row"),
    PrimaryKeyConstraint("import_id", "key"),
)

# A tenant of imported leases who is known by an e-mail address alone: one organization for each importing owner,
# nobody's until the invitation is accepted.
imported_tenants = Table(
    "imported_tenants",
    metadata,
    key(),
    uuid("owner_organization_id", "organizations.id"),
    line("email"),
    uuid("organization_id", "organizations.id"),
    # The organization that the leases went to: their own, where somebody joined it.
    uuid("claimed_by", "organizations.id", nullable=True),
    moment("claimed_at"),
    now("created_at"),
    CheckConstraint("(claimed_by IS NULL) = (claimed_at IS NULL)", name="claimed_by"),
    UniqueConstraint("organization_id"),
    Index(
        "imported_tenants_unclaimed_key",
        "owner_organization_id",
        sql("lower(email)"),
        unique=True,
        postgresql_where=sql("claimed_by IS NULL"),
    ),
)
