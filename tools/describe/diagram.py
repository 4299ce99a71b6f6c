"""The schema as entity-relationship diagrams: `make openapi` writes docs/schema.md from shared/schema/tables/."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql

from shared.schema.metadata import metadata

DOCUMENT = Path("docs/schema.md")

# Groups of related tables: all of them, in the order in which they are drawn.
SECTIONS = {
    "people": """organizations users sessions user_tokens recovery_codes oauth_identities login_attempts
        password_history rate_windows invitations mandates""",
    "inventory": """buildings floors spaces listings search_words favorites saved_searches saved_search_matches
        space_history""",
    "deals": "bids bid_versions contracts contract_history",
    "money": """payments invoice_counters invoices payment_transactions index_values documents signatures books
        payment_plans tax_codes""",
    "maintenance": """tickets ticket_counters ticket_threads ticket_history ticket_invitations ticket_quotes
        ticket_ratings maintenance_plans contractor_profiles expenses""",
    "files": "files file_uses file_scans",
    "imports and exports": "imports import_failures import_keys imported_tenants exports export_schedules",
    "accounting software": """integration_attempts integrations integration_targets integration_customers
        integration_documents""",
    "telling people": "notifications notification_choices held_notices connections channel_subscriptions",
    "phones": "phones phone_replies devices sent_notices daily_sends",
    "messages": "conversations conversation_participants messages user_blocks message_reports",
    "webhooks": "webhooks public_events webhook_deliveries",
    "bookkeeping of the platform": """audit_logs audit_seals support_notes outbox inbox work_items idempotency_keys
        clock flags""",
}
# Every row says who wrote it: drawn, these would hide everything else.
_TRACES = ("created_by", "updated_by")

_INTRODUCTION = """# Schema

<!-- written by `make openapi` from shared/schema/tables/ -->

One diagram for tables that belong together. [shared/schema/tables/](../shared/schema/tables/) says more: defaults,
checks, indexes. A table without columns belongs to another section. `created_by` and `updated_by` point to `users` and
are not drawn. Where a line names several columns, the copies of the two organizations are held equal to the original's
(row-level security reads them). Who may see which row stands in
[shared/schema/policies/](../shared/schema/policies/), a file for each table.
"""


def document() -> str:
    """The Markdown of docs/schema.md."""
    parts = [_INTRODUCTION]
    for title, members in sections().items():
        parts += [f"## {title[0].upper()}{title[1:]}\n", "```mermaid", "erDiagram", *_diagram(members), "```\n"]
    return "\n".join(parts)


def sections() -> dict[str, list[Table]]:
    """The tables by section, in the order of `SECTIONS`."""
    by_name = {table.name: table for table in metadata.tables.values()}
    return {title: [by_name[name] for name in names.split()] for title, names in SECTIONS.items()}


def _diagram(members: Sequence[Table]) -> Iterable[str]:
    for table in members:
        yield f"    {table.name} {{"
        for column in table.columns:
            written = column.type.compile(dialect=postgresql.dialect()).lower()  # type: ignore[no-untyped-call]
            kind = re.sub(r"\(.*\)", "", written).replace("timestamp with time zone", "timestamptz").replace(" ", "_")
            marks = [
                *(["PK"] if column.primary_key else []),
                *(["FK"] if column.foreign_keys else []),
                *(["UK"] if (column.name,) in _unique(table) and not column.primary_key else []),
            ]
            optional = ' "optional"' if column.nullable else ""
            yield f"        {kind} {column.name}{' ' if marks else ''}{', '.join(marks)}{optional}"
        yield "    }"
    for table in members:
        yield from sorted(_lines(table))


def _lines(table: Table) -> Iterable[str]:
    for key in table.foreign_key_constraints:
        columns = tuple(key.column_keys)
        if columns[0] in _TRACES:
            continue
        parent = "|o" if any(column.nullable for column in key.columns) else "||"
        child = "o|" if columns[:1] in _unique(table) else "o{"
        yield f'    {key.referred_table.name} {parent}--{child} {table.name} : "{", ".join(columns)}"'


def _unique(table: Table) -> set[tuple[str, ...]]:
    """The columns that are unique."""
    keys = {
        tuple(column.name for column in constraint.columns)
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint)
    }
    return keys | {
        tuple(column.name for column in index.columns)
        for index in table.indexes
        if index.unique and index.dialect_options["postgresql"]["where"] is None
    }
