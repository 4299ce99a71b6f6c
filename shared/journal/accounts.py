"""The SQL of what an organization's accounts are called."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Reading, Tx

_SELECT_ACCOUNTS = "SELECT b.accounts FROM books b WHERE b.organization_id = %(organization_id)s"

_UPSERT_ACCOUNTS = """
INSERT INTO books (organization_id, accounts, created_by, updated_by)
VALUES (%(organization_id)s, %(accounts)s, %(by)s, %(by)s)
ON CONFLICT (organization_id) DO UPDATE
SET accounts = excluded.accounts, updated_at = now(), updated_by = excluded.updated_by
"""


def select_accounts(tx: Reading, organization_id: UUID) -> dict[str, dict[str, str]]:
    """The accounts that the organization's chart names, by role: `code`, `name`."""
    row = tx.one(_SELECT_ACCOUNTS, {"organization_id": organization_id})
    return row["accounts"] if row else {}


def update_accounts(tx: Tx, organization_id: UUID, accounts: dict[str, dict[str, str]]) -> None:
    """These are the accounts that the organization's chart names."""
    values: dict[str, Any] = {"organization_id": organization_id, "accounts": Jsonb(accounts)}
    tx.run(_UPSERT_ACCOUNTS, values | {"by": tx.caller.user_id if tx.caller else None})
