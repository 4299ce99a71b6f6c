"""The SQL of deposits: how much is held, applied to the balance, returned, and taken along by a renewal."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.kit.db import Asked, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import creditor_sides, mine
from shared.payments import settling
from shared.payments.bound import LOCK_MONEY, RENEWAL, held_of
from shared.payments.models import Payment
from shared.payments.moves import Deposit
from shared.payments.queries import ask_for_many

_LOCK_DEPOSIT = (
    "SELECT p.id FROM payments p WHERE p.contract_id = %(contract_id)s AND p.charge = 'DEPOSIT' AND "
    + mine("p")
    + " ORDER BY p.id FOR UPDATE"
)

_SELECT_CONTRACT = "SELECT p.id FROM contracts p WHERE p.id = %(contract_id)s AND " + mine("p")

# A renewal may ask for its deposit in several payments: what happens to it is booked on the first.
_SELECT_DEPOSIT = f"""
SELECT c.id AS contract_id, d.payment_id, c.currency, d.received_amount, s.transferred_amount, s.applied_amount,
       s.returned_amount, {held_of("c.id")} AS held_amount, c.status,
       app.today(c.premises #>> '{{building,timezone}}') AS today,
       (SELECT max(t.paid_date) FROM standing_transactions t LEFT JOIN payments p ON p.id = t.payment_id
        WHERE t.contract_id = c.id AND (p.charge = 'DEPOSIT' OR t.deposit_used <> 0)) AS moved_on,
       EXISTS (SELECT FROM contracts r
               WHERE r.renews_contract_id = c.id AND r.deposit_carried_on IS NULL AND {RENEWAL}) AS is_carried,
       (SELECT coalesce(sum(o.owed - o.paid_amount), 0)
        FROM payments o
        WHERE o.contract_id = c.id AND o.charge <> 'DEPOSIT' AND o.status IN ('SCHEDULED', 'DUE', 'OVERDUE')
       ) AS open_amount
FROM contracts c
CROSS JOIN LATERAL (
    SELECT (array_agg(p.id ORDER BY p.due_date, p.id))[1] AS payment_id, sum(p.paid_amount) AS received_amount
    FROM payments p WHERE p.contract_id = c.id AND p.charge = 'DEPOSIT'
) AS d
CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.amount) FILTER (WHERE t.kind = 'DEPOSIT_APPLIED'), 0) AS applied_amount,
           coalesce(sum(t.amount) FILTER (WHERE t.kind = 'DEPOSIT_RETURNED'), 0) AS returned_amount,
           -coalesce(sum(t.deposit_used) FILTER (WHERE t.kind LIKE 'DEPOSIT_TRANSFER_%%'), 0) AS transferred_amount
    FROM standing_transactions t WHERE t.contract_id = c.id
) AS s
WHERE c.id = %(contract_id)s
"""

_INSERT_TRANSACTION = """
INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id, kind,
                                  amount, currency, paid_date, payment_method, transaction_reference, reason,
                                  other_contract_id, created_by)
SELECT %(id)s, p.id, p.contract_id, p.owner_organization_id, p.client_organization_id, %(kind)s, %(amount)s,
       p.currency, %(paid_date)s, %(payment_method)s, %(transaction_reference)s, %(reason)s,
       %(other_contract_id)s, %(by)s
FROM payments p
WHERE p.id = %(payment_id)s
"""

# What is held for the lease and for those before it goes on to whatever renews it.
_SELECT_HELD = f"""
WITH RECURSIVE chain AS (
    SELECT c.id, c.renews_contract_id FROM contracts c WHERE c.id = %(contract_id)s
    UNION ALL
    SELECT c.id, c.renews_contract_id FROM chain k JOIN contracts c ON c.id = k.renews_contract_id
)
SELECT coalesce(sum({held_of("k.id")}), 0) AS held_amount FROM chain k
"""

_SELECT_NOTHING_ASKED = """
SELECT p.id FROM payments p WHERE p.contract_id = %(contract_id)s AND p.charge = 'DEPOSIT' AND p.owed = 0
"""

_SELECT_RENEWAL = f"""
SELECT r.id,
       (SELECT coalesce(sum(p.owed), 0) FROM payments p
        WHERE p.contract_id = r.id AND p.charge = 'DEPOSIT') AS asked_amount,
       (SELECT max(p.period_start) FROM payments p
        WHERE p.contract_id = r.id AND p.charge = 'DEPOSIT') AS latest
FROM contracts r
WHERE r.renews_contract_id = %(contract_id)s AND r.deposit_carried_on IS NULL AND {RENEWAL}
"""

_FROM_CARRYING = """
FROM contracts r
WHERE r.renews_contract_id IS NOT NULL AND r.deposit_carried_on IS NULL AND r.status = 'ACTIVE'
"""

_SELECT_CARRYING = "SELECT r.id, r.renews_contract_id" + _FROM_CARRYING + "ORDER BY r.start_date, r.id LIMIT %(limit)s"

_LOCK_CARRYING = (
    """
SELECT r.id, r.renews_contract_id, r.start_date AS day,
       (SELECT coalesce(sum(p.owed), 0) FROM payments p
        WHERE p.contract_id = r.id AND p.charge = 'DEPOSIT') AS asked_amount
"""
    + _FROM_CARRYING
    + """  AND r.id = ANY(%(contract_ids)s::uuid[])
ORDER BY r.start_date, r.id
FOR NO KEY UPDATE OF r
"""
)

_UPDATE_CARRIED = """
UPDATE contracts SET deposit_carried_on = start_date, updated_at = now() WHERE id = ANY(%(contract_ids)s::uuid[])
"""


def lock_deposit(tx: Tx, caller: Caller, contract_id: UUID) -> tuple[bool, Row | None]:
    """Whether the caller's side is the contract's creditor, and its deposit, locked (None: it has none)."""
    values = {"contract_id": contract_id, **creditor_sides(caller)}
    _, locked, contracts, deposits = tx.batch(
        (LOCK_MONEY, values), (_LOCK_DEPOSIT, values), (_SELECT_CONTRACT, values), (_SELECT_DEPOSIT, values)
    )
    return bool(contracts), deposits[0] if locked else None


def settle(
    tx: Tx, caller: Caller, deposit: Row, kind: str, amount: Decimal, **said: Any
) -> Asked[tuple[Deposit, Payment]]:
    """The deposit, and its payment, after that much of it was DEPOSIT_APPLIED or DEPOSIT_RETURNED; they come with the
    next query."""
    _insert(tx, deposit["payment_id"], kind, amount, by=caller.user_id, **said)
    asked_deposit = tx.later(_SELECT_DEPOSIT, {"contract_id": deposit["contract_id"]})
    asked_payments = ask_for_many(tx, [deposit["payment_id"]])

    def settled(rows: list[Row]) -> tuple[Deposit, Payment]:
        [row], [payment] = rows, asked_payments.answer()
        return Deposit.of({name: row[name] for name in Deposit.model_fields}), payment

    return asked_deposit.then(settled)


def _insert(tx: Tx, payment_id: UUID, kind: str, amount: Decimal, **said: Any) -> None:
    values: dict[str, Any] = {
        "id": new_id(),
        "payment_id": payment_id,
        "kind": kind,
        "amount": amount,
        "payment_method": None,
        "transaction_reference": None,
        "reason": None,
        "other_contract_id": None,
        "by": None,
    }
    tx.run(_INSERT_TRANSACTION, values | said)


def select_held(tx: Tx, contract_id: UUID) -> Decimal:
    """How much is held for the lease, and for those that it renews: what a renewal of it takes along."""
    held: Decimal = tx.batch((_SELECT_HELD, {"contract_id": contract_id}))[0][0]["held_amount"]
    return held


def settle_carried(tx: Tx, contract_id: UUID, *, today: date) -> None:
    """A deposit of which nothing is asked for, because it is held already, is settled."""
    rows = tx.all(_SELECT_NOTHING_ASKED, {"contract_id": contract_id})
    settling.settle(tx, [row["id"] for row in rows], today=today)


def lock_renewal(tx: Tx, contract_id: UUID) -> tuple[Row | None, Decimal]:
    """The renewal that is to take the contract's deposit along (`id`, the `asked_amount` of its own deposits, the
    `latest` start of their periods), whose money nobody else moves meanwhile; and how much is held."""
    values = {"contract_id": contract_id}
    renewals = tx.all(_SELECT_RENEWAL, values)
    if not renewals:
        return None, Decimal(0)
    _, renewals, [held] = tx.batch(
        (LOCK_MONEY, {"contract_id": renewals[0]["id"]}), (_SELECT_RENEWAL, values), (_SELECT_HELD, values)
    )
    return (renewals[0] if renewals else None), held["held_amount"]


def lock_carrying(tx: Tx, limit: int) -> list[Row]:
    """Renewals that have started and not yet taken over their leases' deposits: `id`, `renews_contract_id`, the first
    `day`, and the `asked_amount` of their own deposits."""
    found = tx.all(_SELECT_CARRYING, {"limit": limit})
    # Always in the same order, and before anything else, so that no two wait crosswise.
    for contract_id in sorted({row[name] for row in found for name in ("id", "renews_contract_id")}):
        tx.later(LOCK_MONEY, {"contract_id": contract_id})
    return tx.all(_LOCK_CARRYING, {"contract_ids": [row["id"] for row in found]}) if found else []


def carry(tx: Tx, lease_id: UUID, renewal_id: UUID, missing: Decimal, day: date) -> tuple[Decimal, Decimal]:
    """Move so much of the deposit that is held for a lease to its renewal, on that day, or as much as there is. Returns
    what moved, and what is left."""
    [[lease], [renewal]] = tx.batch(
        (_SELECT_DEPOSIT, {"contract_id": lease_id}), (_SELECT_DEPOSIT, {"contract_id": renewal_id})
    )
    moved: Decimal = max(min(lease["held_amount"], missing), Decimal(0))
    if moved:
        out, into = (
            {"paid_date": day, "other_contract_id": renewal_id},
            {"paid_date": day, "other_contract_id": lease_id},
        )
        _insert(tx, lease["payment_id"], "DEPOSIT_TRANSFER_OUT", moved, **out)
        _insert(tx, renewal["payment_id"], "DEPOSIT_TRANSFER_IN", moved, **into)
    return moved, lease["held_amount"] - moved


def update_carried(tx: Tx, contract_ids: Sequence[UUID]) -> None:
    """Note that these renewals have taken over whatever there was."""
    tx.run(_UPDATE_CARRIED, {"contract_ids": list(contract_ids)})
