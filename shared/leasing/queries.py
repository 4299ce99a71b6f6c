"""The SQL of the saga: what its steps read and write as app_worker, for both sides."""

from typing import Any
from uuid import UUID

from shared.contracts.models import ContractState
from shared.kit.db import Row, Tx
from shared.leasing.models import FreedSpace

_STATE = """
c.id, c.bid_id, c.space_id, c.owner_id, c.client_id, c.owner_organization_id, c.client_organization_id,
c.status, c.signature_status, c.signature_provider, c.requires_authorization, c.envelope_id, c.document_sha256,
c.termination_reason, c.terminates_on, c.updated_at
"""

_LOCK = "SELECT " + _STATE + " FROM contracts c WHERE c.id = %(contract_id)s FOR UPDATE"

_INSERT_DOCUMENT = """
INSERT INTO documents (id, kind, contract_id, owner_organization_id, client_organization_id, number, object_key,
                       sha256, byte_size)
SELECT %(id)s, 'LEASE', c.id, c.owner_organization_id, c.client_organization_id, %(number)s, %(key)s, %(sha256)s,
       %(size)s
FROM contracts c
WHERE c.id = %(contract_id)s
ON CONFLICT (object_key) DO NOTHING
"""

_UPDATE_RENDERED = (
    """
UPDATE contracts c
SET document_key = %(key)s, document_sha256 = %(sha256)s, updated_at = now()
WHERE c.id = %(contract_id)s
RETURNING """
    + _STATE
)

_UPDATE_WAITING = (
    """
UPDATE contracts c
SET status = 'PENDING_SIGNATURE', task_token = %(task_token)s, updated_at = now(),
    signature_provider = CASE WHEN c.status = 'DRAFT' THEN o.signature_provider ELSE c.signature_provider END,
    requires_authorization =
        CASE WHEN c.status = 'DRAFT' THEN o.requires_authorization ELSE c.requires_authorization END
FROM organizations o
WHERE c.id = %(contract_id)s AND o.id = c.owner_organization_id
RETURNING """
    + _STATE
)

_UPDATE_ACTIVATED = (
    """
UPDATE contracts c
SET status = %(status)s, task_token = NULL, hold_until = NULL, activated_at = app.now(), updated_at = now()
WHERE c.id = %(contract_id)s
RETURNING """
    + _STATE
)

_UPDATE_SPACE_TAKEN = """
UPDATE spaces SET availability_status = %(availability)s, updated_at = now()
WHERE id = %(space_id)s AND held_by_contract_id = %(contract_id)s
"""

_UPDATE_VOIDED = (
    """
UPDATE contracts c
SET status = 'TERMINATED', task_token = NULL, hold_until = NULL, terminated_at = app.now(),
    termination_reason = coalesce(c.termination_reason, %(reason)s), updated_at = now(),
    document_key = CASE WHEN c.signature_status = 'NONE' THEN NULL ELSE c.document_key END,
    document_sha256 = CASE WHEN c.signature_status = 'NONE' THEN NULL ELSE c.document_sha256 END
WHERE c.id = %(contract_id)s
RETURNING """
    + _STATE
)

_DELETE_UNSIGNED_DOCUMENT = """
DELETE FROM documents d
WHERE d.contract_id = %(contract_id)s AND d.kind = 'LEASE'
  AND NOT EXISTS (SELECT FROM signatures s WHERE s.contract_id = d.contract_id)
RETURNING d.object_key
"""

_UPDATE_SPACE_FREED = """
UPDATE spaces SET availability_status = 'AVAILABLE', held_by_contract_id = NULL, updated_at = now()
WHERE held_by_contract_id = %(contract_id)s
RETURNING id
"""

_UPDATE_HOLDS_ENDED = (
    """
UPDATE contracts c
SET termination_reason = CASE c.signature_status
        WHEN 'PENDING_ADMIN' THEN 'The hold ended before the lease was authorized.'
        ELSE 'The hold ended before both sides had signed.'
    END, updated_at = now()
WHERE c.id IN (
    SELECT h.id FROM contracts h
    WHERE h.hold_until < app.now() AND h.status IN ('DRAFT', 'PENDING_SIGNATURE')
      AND h.signature_status <> 'FULLY_SIGNED' AND h.termination_reason IS NULL
    ORDER BY h.hold_until
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
RETURNING """
    + _STATE
    + ", c.task_token"
)

_SELECT_STALLED = (
    "SELECT "
    + _STATE
    + """, c.task_token
FROM contracts c
WHERE c.status IN ('DRAFT', 'PENDING_SIGNATURE')
  AND (c.bid_id IS NOT NULL OR c.renews_contract_id IS NOT NULL OR c.sent_at IS NOT NULL)
  AND (%(everything)s OR c.updated_at < now() - interval '15 minutes'
       AND (c.status = 'DRAFT' OR c.signature_status = 'FULLY_SIGNED' OR c.termination_reason IS NOT NULL))
  AND c.id > %(after)s
ORDER BY c.id
LIMIT %(limit)s
"""
)


# A building's day begins first in Kiritimati: an index finds what can be due anywhere, then each clock is asked.
_LOCK_STARTING = """
SELECT c.id, c.start_date AS day
FROM contracts c
WHERE c.status = 'SIGNED'
  AND c.start_date <= app.today('Pacific/Kiritimati')
  AND c.start_date <= app.today(c.premises #>> '{building,timezone}')
  AND (c.terminates_on IS NULL OR c.terminates_on > c.start_date)
  AND NOT EXISTS (
      SELECT FROM work_items w WHERE w.entity_id = c.id AND w.job = 'start_contract' AND w.day = c.start_date)
ORDER BY c.start_date, c.id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
"""

_LOCK_EXPIRING = """
SELECT c.id, c.end_date + 1 AS day
FROM contracts c
WHERE c.status = 'ACTIVE' AND c.terminates_on IS NULL AND c.holdover_percent IS NULL
  AND c.end_date < app.today('Pacific/Kiritimati')
  AND c.end_date < app.today(c.premises #>> '{building,timezone}')
  AND NOT EXISTS (
      SELECT FROM work_items w WHERE w.entity_id = c.id AND w.job = 'expire_contract' AND w.day = c.end_date + 1)
ORDER BY c.end_date, c.id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
"""

# Of several announcements that were missed only the latest is made, with the days that are really left; and none that
# fell due before the lease was executed.
_LOCK_ENDING = """
SELECT c.id, c.end_date, work.day, c.end_date - there.today AS days_until_end
FROM contracts c
CROSS JOIN LATERAL (SELECT app.today(c.premises #>> '{building,timezone}') AS today) AS there
CROSS JOIN LATERAL (
    SELECT c.end_date - min(a.days_before) AS day
    FROM unnest(%(announcements)s::integer[]) AS a (days_before)
    WHERE a.days_before >= c.end_date - there.today
) AS work
WHERE c.status = 'ACTIVE' AND c.terminates_on IS NULL AND c.holdover_percent IS NULL
  AND c.end_date <= app.today('Pacific/Kiritimati')
                    + (SELECT max(a.days_before) FROM unnest(%(announcements)s::integer[]) AS a (days_before))
  AND c.end_date >= there.today
  AND work.day >= (c.activated_at AT TIME ZONE (c.premises #>> '{building,timezone}'))::date
  AND NOT EXISTS (SELECT FROM contracts r WHERE r.renews_contract_id = c.id AND r.status <> 'TERMINATED')
  AND NOT EXISTS (SELECT FROM work_items w WHERE w.entity_id = c.id AND w.job = 'announce_end' AND w.day = work.day)
ORDER BY c.end_date, c.id
LIMIT %(limit)s
FOR UPDATE OF c SKIP LOCKED
"""

_SELECT_MANY = "SELECT " + _STATE + " FROM contracts c WHERE c.id = ANY(%(contract_ids)s::uuid[]) ORDER BY c.id"

_LOCK_TERMINATING = """
SELECT c.id, c.terminates_on AS day
FROM contracts c
WHERE c.status IN ('SIGNED', 'ACTIVE') AND c.terminates_on IS NOT NULL
  AND c.terminates_on <= app.today('Pacific/Kiritimati')
  AND c.terminates_on <= app.today(c.premises #>> '{building,timezone}')
  AND NOT EXISTS (
      SELECT FROM work_items w
      WHERE w.entity_id = c.id AND w.job = 'terminate_contract' AND w.day = c.terminates_on)
ORDER BY c.terminates_on, c.id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
"""

_UPDATE_TERMINATED = (
    """
UPDATE contracts c SET status = 'TERMINATED', terminated_at = app.now(), updated_at = now()
WHERE c.id = ANY(%(contract_ids)s::uuid[])
RETURNING """
    + _STATE
)

_UPDATE_STATUS = (
    """
UPDATE contracts c SET status = %(status)s, updated_at = now()
WHERE c.id = ANY(%(contract_ids)s::uuid[])
RETURNING """
    + _STATE
)

_UPDATE_SPACES_OCCUPIED = """
UPDATE spaces SET availability_status = 'OCCUPIED', updated_at = now()
WHERE held_by_contract_id = ANY(%(contract_ids)s::uuid[])
"""

_UPDATE_SPACES_FREED = """
UPDATE spaces SET availability_status = 'AVAILABLE', held_by_contract_id = NULL, updated_at = now()
WHERE held_by_contract_id = ANY(%(contract_ids)s::uuid[])
RETURNING id
"""

# A lease that is renewed leaves its space to the renewal, on which both sides have agreed by then.
_UPDATE_SPACES_PASSED_ON = """
UPDATE spaces s
SET availability_status = CASE r.status WHEN 'ACTIVE' THEN 'OCCUPIED' ELSE 'RESERVED' END,
    held_by_contract_id = r.id, updated_at = now()
FROM contracts r
WHERE s.held_by_contract_id = ANY(%(contract_ids)s::uuid[]) AND r.renews_contract_id = s.held_by_contract_id
  AND (r.status IN ('SIGNED', 'ACTIVE')
       OR (r.status = 'PENDING_SIGNATURE' AND r.signature_status = 'FULLY_SIGNED'))
"""

# Only imports bring a lease on a space that another one holds, for days after it.
_UPDATE_SPACES_PASSED_TO_IMPORTED = """
UPDATE spaces s
SET availability_status = CASE n.status WHEN 'ACTIVE' THEN 'OCCUPIED' ELSE 'RESERVED' END,
    held_by_contract_id = n.id, updated_at = now()
FROM (
    SELECT DISTINCT ON (c.space_id) c.space_id, c.id, c.status
    FROM contracts c
    WHERE c.space_id IN (SELECT h.space_id FROM contracts h WHERE h.id = ANY(%(contract_ids)s::uuid[]))
      AND c.imported IS NOT NULL AND c.status IN ('SIGNED', 'ACTIVE') AND c.id <> ALL(%(contract_ids)s::uuid[])
    ORDER BY c.space_id, c.start_date
) AS n
WHERE s.id = n.space_id AND s.held_by_contract_id = ANY(%(contract_ids)s::uuid[])
"""


def lock_contract(tx: Tx, contract_id: UUID) -> ContractState:
    """The contract's state, locked. Raises LookupError: a saga without its contract is a defect."""
    row = tx.one(_LOCK, {"contract_id": contract_id})
    if row is None:
        raise LookupError(f"no contract {contract_id}")
    return ContractState.of(row)


def insert_document(tx: Tx, values: dict[str, Any]) -> ContractState:
    """The contract with its stored document: `id`, `contract_id`, `number`, `key`, `sha256`, `size` in bytes."""
    tx.run(_INSERT_DOCUMENT, values)
    return ContractState.of(tx.batch((_UPDATE_RENDERED, values))[0][0])


def update_waiting(tx: Tx, contract_id: UUID, task_token: str) -> ContractState:
    """The contract, waiting for signatures as its owner's organization wants them, with the saga's token
    (encrypted)."""
    values = {"contract_id": contract_id, "task_token": task_token}
    return ContractState.of(tx.batch((_UPDATE_WAITING, values))[0][0])


def update_activated(tx: Tx, contract: ContractState, *, has_started: bool) -> ContractState:
    """The contract ACTIVE and its space OCCUPIED, or both as they wait for the start."""
    values = {
        "contract_id": contract.id,
        "space_id": contract.space_id,
        "status": "ACTIVE" if has_started else "SIGNED",
        "availability": "OCCUPIED" if has_started else "RESERVED",
    }
    tx.run(_UPDATE_SPACE_TAKEN, values)
    return ContractState.of(tx.batch((_UPDATE_ACTIVATED, values))[0][0])


def update_voided(tx: Tx, contract_id: UUID, reason: str) -> tuple[ContractState, list[str]]:
    """The contract TERMINATED, and the object keys of the documents that went with it."""
    values = {"contract_id": contract_id, "reason": reason}
    documents, contracts = tx.batch((_DELETE_UNSIGNED_DOCUMENT, values), (_UPDATE_VOIDED, values))
    return ContractState.of(contracts[0]), [row["object_key"] for row in documents]


def update_space_freed(tx: Tx, contract_id: UUID) -> UUID | None:
    """The space that the contract held, now available; None where it holds none any more."""
    row = tx.one(_UPDATE_SPACE_FREED, {"contract_id": contract_id})
    return row["id"] if row else None


def update_holds_ended(tx: Tx, limit: int) -> list[tuple[ContractState, str | None]]:
    """Contracts whose hold has run out, marked; each with its saga's token. Sweepers never meet."""
    return [_with_token(row) for row in tx.all(_UPDATE_HOLDS_ENDED, {"limit": limit})]


def lock_starting(tx: Tx, limit: int) -> list[Row]:
    """`id` and `day` of executed contracts whose first day has begun at the building."""
    return tx.all(_LOCK_STARTING, {"limit": limit})


def lock_expiring(tx: Tx, limit: int) -> list[Row]:
    """`id` and `day` of active contracts whose last day is over at the building."""
    return tx.all(_LOCK_EXPIRING, {"limit": limit})


def lock_ending(tx: Tx, announcements: tuple[int, ...], limit: int) -> list[Row]:
    """`id`, `day`, `end_date` and `days_until_end` of active contracts whose end is to be announced, `announcements`
    days before."""
    return tx.all(_LOCK_ENDING, {"announcements": list(announcements), "limit": limit})


def select_many(tx: Tx, contract_ids: list[UUID]) -> list[ContractState]:
    """The contracts' states, by id."""
    return [ContractState.of(row) for row in tx.all(_SELECT_MANY, {"contract_ids": contract_ids})]


def lock_terminating(tx: Tx, limit: int) -> list[Row]:
    """`id` and `day` of contracts whose early end has come at the building."""
    return tx.all(_LOCK_TERMINATING, {"limit": limit})


def update_terminated(tx: Tx, contract_ids: list[UUID]) -> tuple[list[ContractState], list[FreedSpace]]:
    """The contracts TERMINATED, and the spaces that they held AVAILABLE, but for those of leases that were imported
    beside them."""
    values = {"contract_ids": contract_ids}
    tx.run(_UPDATE_SPACES_PASSED_TO_IMPORTED, values)
    freed = [FreedSpace.of(row) for row in tx.all(_UPDATE_SPACES_FREED, values)]
    return [ContractState.of(row) for row in tx.all(_UPDATE_TERMINATED, values)], freed


def update_started(tx: Tx, contract_ids: list[UUID]) -> list[ContractState]:
    """The contracts ACTIVE, their spaces OCCUPIED."""
    values = {"contract_ids": contract_ids, "status": "ACTIVE"}
    tx.run(_UPDATE_SPACES_OCCUPIED, values)
    return [ContractState.of(row) for row in tx.all(_UPDATE_STATUS, values)]


def update_expired(tx: Tx, contract_ids: list[UUID]) -> tuple[list[ContractState], list[FreedSpace]]:
    """The contracts EXPIRED, and the spaces that they held AVAILABLE, but for their renewals'."""
    values = {"contract_ids": contract_ids, "status": "EXPIRED"}
    tx.run(_UPDATE_SPACES_PASSED_ON, values)
    tx.run(_UPDATE_SPACES_PASSED_TO_IMPORTED, values)
    freed = [FreedSpace.of(row) for row in tx.all(_UPDATE_SPACES_FREED, values)]
    return [ContractState.of(row) for row in tx.all(_UPDATE_STATUS, values)], freed


def select_stalled(tx: Tx, after: UUID, limit: int, *, everything: bool) -> list[tuple[ContractState, str | None]]:
    """Deals whose saga should have moved on by now, or all unfinished ones: those after an id, the oldest first."""
    values = {"after": after, "limit": limit, "everything": everything}
    return [_with_token(row) for row in tx.all(_SELECT_STALLED, values)]


def _with_token(row: Row) -> tuple[ContractState, str | None]:
    token: str | None = row.pop("task_token")
    return ContractState.of(row), token
