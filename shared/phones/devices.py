"""The SQL of devices."""

import hashlib
from typing import Any
from uuid import UUID

from shared.kit.db import Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.phones.models import NewDevice
from shared.phones.rules import MOST_DEVICES

# Whoever signed in on a device last has it: nobody else's news appear there any more.
_UPSERT_DEVICE = """
INSERT INTO devices AS d (id, user_id, platform, token, token_hash, created_at)
VALUES (%(id)s, %(user_id)s, %(platform)s, %(token)s, %(token_hash)s, clock_timestamp())
ON CONFLICT (token_hash) DO UPDATE
SET id = CASE WHEN d.user_id = excluded.user_id THEN d.id ELSE excluded.id END, user_id = excluded.user_id,
    platform = excluded.platform, created_at = excluded.created_at
RETURNING d.id, d.platform, d.created_at
"""

_DELETE_OLDEST = """
DELETE FROM devices
WHERE user_id = %(user_id)s
  AND id NOT IN (SELECT d.id FROM devices d WHERE d.user_id = %(user_id)s ORDER BY d.created_at DESC LIMIT %(most)s)
"""

_DELETE_OWN = """
DELETE FROM devices WHERE id = %(id)s AND user_id = %(user_id)s RETURNING id, platform, created_at
"""

_DELETE_DEAD = "DELETE FROM devices WHERE id = %(id)s AND token_hash = %(token_hash)s"


def upsert_device(tx: Tx, caller: Caller, new: NewDevice) -> Row:
    """The caller's device, as the newest of theirs."""
    values: dict[str, Any] = {
        "id": new_id(),
        "user_id": caller.user_id,
        "platform": new.platform,
        "token": new.token,
        "token_hash": hash_of(new.token),
        "most": MOST_DEVICES,
    }
    [row] = tx.all(_UPSERT_DEVICE, values)
    tx.run(_DELETE_OLDEST, values)
    return row


def delete_device(tx: Tx, caller: Caller, device_id: UUID) -> Row | None:
    """The caller's device, which is none any more."""
    return tx.one(_DELETE_OWN, {"id": device_id, "user_id": caller.user_id})


def delete_dead(tx: Tx, device_id: UUID, token_hash: str) -> None:
    """Queue that the device is forgotten, unless it has a new token by now."""
    tx.run(_DELETE_DEAD, {"id": device_id, "token_hash": token_hash})


def hash_of(token: str) -> str:
    """What a token is found by."""
    return hashlib.sha256(token.encode()).hexdigest()
