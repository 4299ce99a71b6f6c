"""The SQL of feature flags."""

from typing import Any

from shared.flags.models import FlagChange
from shared.kit.db import Reading, Row, Tx

_COLUMNS = "name, description, enabled, roles, organization_ids, user_ids, rollout_percent, updated_at"

_SELECT_ALL = f"SELECT {_COLUMNS} FROM flags ORDER BY name"

_LOCK = f"SELECT {_COLUMNS} FROM flags WHERE name = %(name)s FOR UPDATE"

_UPSERT = f"""
INSERT INTO flags (name, description, enabled, roles, organization_ids, user_ids, rollout_percent, created_by,
                   updated_by)
VALUES (%(name)s, %(description)s, %(enabled)s, %(roles)s::text[], %(organization_ids)s::uuid[], %(user_ids)s::uuid[],
        %(rollout_percent)s, %(by)s, %(by)s)
ON CONFLICT (name) DO UPDATE
SET description = excluded.description, enabled = excluded.enabled, roles = excluded.roles,
    organization_ids = excluded.organization_ids, user_ids = excluded.user_ids,
    rollout_percent = excluded.rollout_percent, updated_at = now(), updated_by = excluded.updated_by
RETURNING {_COLUMNS}
"""

_DELETE = f"DELETE FROM flags WHERE name = %(name)s RETURNING {_COLUMNS}"


def select_flags(tx: Reading) -> list[Row]:
    """All flags, by name."""
    return tx.all(_SELECT_ALL)


def lock_flag(tx: Tx, name: str) -> Row | None:
    """The flag, which nobody else changes until the transaction ends; None where it is new."""
    return tx.one(_LOCK, {"name": name})


def upsert_flag(tx: Tx, name: str, change: FlagChange) -> Row:
    """The flag, new or changed."""
    values: dict[str, Any] = {**change.model_dump(), "name": name, "by": tx.caller.user_id if tx.caller else None}
    values["roles"] = None if change.roles is None else [role.value for role in change.roles]
    return tx.all(_UPSERT, values)[0]


def delete_flag(tx: Tx, name: str) -> Row | None:
    """The flag that is gone; None if there was none."""
    return tx.one(_DELETE, {"name": name})
