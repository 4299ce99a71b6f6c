"""The SQL that applies a contract's credit to its payments, and takes it back.

These transactions move no money in or out of the contract, so the ledger does not show them.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Tx
from shared.kit.ids import new_id
from shared.maths.exact import Step
from shared.payments import queries
from shared.payments.allocation import Applied, Move, Moves, Open, allocate
from shared.payments.bound import LOCK_MONEY, held_of
from shared.payments.models import Payment
from shared.payments.rules import CreditSpent
from shared.payments.settling import settle

_LOCK_LINES = """
SELECT p.id, p.owed - p.paid_amount AS open, p.paid_amount AS settled, p.charge = 'DEPOSIT' AS is_deposit
FROM payments p
WHERE p.contract_id = %(contract_id)s
  AND (p.paid_amount <> p.owed
       OR EXISTS (SELECT FROM standing_transactions t WHERE t.payment_id = p.id AND t.kind = 'APPLIED'))
ORDER BY p.due_date, p.id
FOR UPDATE
"""

SELECT_CREDIT = """
SELECT coalesce(sum(t.credit), 0) AS credit FROM standing_transactions t WHERE t.contract_id = %(contract_id)s
"""

SELECT_APPLIED = """
SELECT t.id, t.payment_id, t.amount, t.paid_date AS day
FROM standing_transactions t
WHERE t.contract_id = %(contract_id)s AND t.kind = 'APPLIED'
ORDER BY t.id DESC
"""

# The last to fall due first. What an early end freed of it is settled no more.
_LOCK_PREPAID = """
SELECT t.id, t.payment_id, t.amount, t.paid_date AS day, p.paid_amount AS settled
FROM payments p
JOIN standing_transactions t ON t.payment_id = p.id AND t.kind = 'APPLIED'
WHERE p.contract_id = %(contract_id)s AND p.invoiced_on IS NULL AND p.paid_amount > 0
ORDER BY p.due_date DESC, p.id DESC, t.id DESC
FOR UPDATE OF p
"""

_SELECT_HELD = f"SELECT {held_of('%(contract_id)s')} AS held"

_INSERT_REVERSALS = """
INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id, kind,
                                  amount, currency, paid_date, reverses_id, reason, created_by)
SELECT n.id, t.payment_id, t.contract_id, t.owner_organization_id, t.client_organization_id, 'REVERSAL', t.amount,
       t.currency, greatest(%(day)s, CASE WHEN %(is_freed)s THEN t.paid_date END), t.id, %(reason)s, %(by)s
FROM unnest(%(ids)s::uuid[], %(reversed)s::uuid[]) AS n (id, transaction_id)
JOIN payment_transactions t ON t.id = n.transaction_id
"""

_INSERT_MOVES = """
INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id, kind,
                                  amount, currency, paid_date, created_by)
SELECT n.id, p.id, p.contract_id, p.owner_organization_id, p.client_organization_id,
       CASE WHEN n.kind = 'FREED' AND p.invoiced_elsewhere THEN 'OPENING_FREED' ELSE n.kind END, n.amount, p.currency,
       n.day, %(by)s
FROM unnest(%(ids)s::uuid[], %(kinds)s::text[], %(payment_ids)s::uuid[], %(amounts)s::numeric[], %(days)s::date[])
    AS n (id, kind, payment_id, amount, day)
JOIN payments p ON p.id = n.payment_id
"""


# Of several on a day, each has a day of its own: what was asked for once does not change. It falls due by the day jobs,
# which tell people.
_INSERT_CLAIM = """
INSERT INTO payments (id, contract_id, owner_organization_id, client_organization_id, payer_id, charge, period_start,
                      amount, currency, due_date, explanation, invoiced_elsewhere, invoiced_on)
SELECT %(id)s, c.id, c.owner_organization_id, c.client_organization_id, c.client_id, 'RECLAIM',
       greatest(%(today)s, (SELECT max(p.period_start) + 1 FROM payments p
                            WHERE p.contract_id = c.id AND p.charge = 'RECLAIM')),
       %(amount)s, c.currency, %(today)s, %(explanation)s, true, %(today)s
FROM contracts c
WHERE c.id = %(contract_id)s
"""

_INSERT_RECLAIM = """
INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id, kind,
                                  amount, currency, paid_date, created_by)
SELECT %(transaction_id)s, p.id, p.contract_id, p.owner_organization_id, p.client_organization_id, 'RECLAIM', p.amount,
       p.currency, %(today)s, %(by)s
FROM payments p
WHERE p.id = %(id)s
"""


def apply_credit(
    tx: Tx, contract_id: UUID, *, today: date, day: date | None = None, besides: tuple[UUID, ...] = ()
) -> list[Payment]:
    """Settle the contract's payments with its credit.

    Returns the payments that changed, and those in `besides`, which are settled again in any case. `today` is the
    building's; `day` is the day on which the credit settles them, if it is another one.
    """
    moves, applied = _allocated(tx, contract_id, day or today)
    return write(tx, moves, applied, today=today, day=day, besides=besides)


def take_back_credit(tx: Tx, contract_id: UUID, *, today: date, reclaims: bool = False) -> list[Payment]:
    """As `apply_credit`, after a reversal: credit that no longer exists is taken back from what it has settled.

    What is not there any more, because it was spent, is reclaimed: the client owes it. Raises CreditSpent where the
    caller does not reclaim."""
    moves, applied = _allocated(tx, contract_id, today)
    if moves.left < 0 and not reclaims:
        raise CreditSpent()
    changed = write(tx, moves, applied, today=today)
    if moves.left < 0:
        _reclaim(tx, contract_id, -moves.left, today)
    return changed


def reclaim_deposit(tx: Tx, deposit: Payment, amount: Decimal, *, today: date) -> Payment:
    """So much of a deposit was used before its money was reversed. The client owes it, and the deposit counts as paid:
    what it was used for stands. Returns the deposit's payment."""
    _reclaim(tx, deposit.contract_id, amount, today)
    [settled] = write(tx, Moves(written=[Move("APPLIED", deposit.id, amount, today)]), (), today=today)
    return settled


def _reclaim(tx: Tx, contract_id: UUID, amount: Decimal, today: date) -> None:
    """A claim for credit, or for a deposit, that was spent: no supply, so it has no invoice and no tax."""
    values = {"id": new_id(), "transaction_id": new_id(), "contract_id": contract_id, "amount": amount, "today": today}
    step = Step("Spent before the money for it was reversed", "amount", {"amount": amount}, amount)
    by = tx.caller.user_id if tx.caller else None
    tx.run(_INSERT_CLAIM, values | {"explanation": Jsonb([step._asdict()])})
    tx.run(_INSERT_RECLAIM, values | {"by": by})


def _allocated(tx: Tx, contract_id: UUID, day: date) -> tuple[Moves, list[Applied]]:
    """Where the contract's credit goes on that day, and what of it was applied before."""
    values: dict[str, Any] = {"contract_id": contract_id}
    _, lines, [row], rows, [deposits] = tx.batch(
        (LOCK_MONEY, values),
        (_LOCK_LINES, values),
        (SELECT_CREDIT, values),
        (SELECT_APPLIED, values),
        (_SELECT_HELD, values),
    )
    applied = [Applied(**one) for one in rows]
    found = [Open(**line) for line in lines]
    return allocate(found, row["credit"], applied, day, held=deposits["held"]), applied


def write(
    tx: Tx,
    moves: Moves,
    applied: Sequence[Applied],
    *,
    today: date,
    day: date | None = None,
    besides: Collection[UUID] = (),
) -> list[Payment]:
    """Write what `allocate` found of the contract's credit and its applications; returns as `apply_credit`."""
    payment_of = {one.id: one.payment_id for one in applied}
    changed = {*besides, *(move.payment_id for move in moves.written), *(payment_of[one] for one in moves.reversed)}
    if not changed:
        return []
    by = tx.caller.user_id if tx.caller else None
    if moves.reversed:
        _reverse(tx, moves.reversed, today, "The credit is no longer there.")
    if moves.written:
        tx.run(_INSERT_MOVES, _columns(moves.written) | {"by": by})
    settle(tx, changed, today=today, day=day or today)
    return queries.select_many(tx, list(changed))


def free_prepaid(tx: Tx, contract_id: UUID, amount: Decimal, *, today: date, day: date) -> list[Payment]:
    """So much of the credit that settles what is not invoiced yet is unapplied again, from `day` on, for the client to
    claim; or all that there is, if that is less. The contract's money is locked. Returns the payments that changed."""
    rows = tx.all(_LOCK_PREPAID, {"contract_id": contract_id})
    settled = {row["payment_id"]: row.pop("settled") for row in rows}
    found = [Applied(**row) for row in rows]
    freed, kept = [], []
    for one in found:
        back = min(one.amount, amount, settled[one.payment_id])
        if back <= 0:
            continue
        freed.append(one)
        if one.amount > back:
            kept.append(Move("APPLIED", one.payment_id, one.amount - back, one.day))
        settled[one.payment_id] -= back
        amount -= back
    if not freed:
        return []
    _reverse(tx, [one.id for one in freed], day, "The client claims the credit.", is_freed=True)
    return write(tx, Moves(written=kept), found, today=today, besides={one.payment_id for one in freed})


def _reverse(tx: Tx, ids: list[UUID], day: date, reason: str, *, is_freed: bool = False) -> None:
    by = tx.caller.user_id if tx.caller else None
    values = {"ids": [new_id() for _ in ids], "reversed": ids, "day": day, "by": by}
    tx.run(_INSERT_REVERSALS, values | {"reason": reason, "is_freed": is_freed})


def _columns(moves: list[Move]) -> dict[str, Any]:
    return {
        "ids": [new_id() for _ in moves],
        "kinds": [move.kind for move in moves],
        "payment_ids": [move.payment_id for move in moves],
        "amounts": [move.amount for move in moves],
        "days": [move.day for move in moves],
    }
