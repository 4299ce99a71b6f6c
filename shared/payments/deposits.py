"""The SQL of deposits: how much is held, applied to the balance, and returned."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.kit.db import Asked, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import creditor_sides, mine
from shared.payments.bound import LOCK_MONEY
from shared.payments.models import Deposit, Payment
from shared.payments.queries import ask_for_many

_LOCK_DEPOSIT = (
    "SELECT p.id FROM payments p WHERE p.contract_id = %(contract_id)s AND p.charge = 'DEPOSIT' AND "
    + mine("p")
    + " FOR UPDATE"
)

_SELECT_CONTRACT = "SELECT p.id FROM contracts p WHERE p.id = %(contract_id)s AND " + mine("p")

_SELECT_DEPOSIT = """
SELECT p.contract_id, p.id AS payment_id, p.currency, p.paid_amount AS received_amount, s.applied_amount,
       s.returned_amount, p.paid_amount - s.applied_amount - s.returned_amount AS held_amount, c.status,
       app.today(c.premises #>> '{building,timezone}') AS today,
       (SELECT coalesce(sum(o.owed - o.paid_amount), 0)
        FROM payments o
        WHERE o.contract_id = p.contract_id AND o.id <> p.id AND o.status IN ('SCHEDULED', 'DUE', 'OVERDUE')
       ) AS open_amount
FROM payments p
JOIN contracts c ON c.id = p.contract_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.amount) FILTER (WHERE t.kind = 'DEPOSIT_APPLIED'), 0) AS applied_amount,
           coalesce(sum(t.amount) FILTER (WHERE t.kind = 'DEPOSIT_RETURNED'), 0) AS returned_amount
    FROM standing_transactions t WHERE t.payment_id = p.id
) AS s
WHERE p.contract_id = %(contract_id)s AND p.charge = 'DEPOSIT'
"""

_INSERT_TRANSACTION = """
INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id, kind,
                                  amount, currency, paid_date, payment_method, transaction_reference, reason,
                                  created_by)
SELECT %(id)s, p.id, p.contract_id, p.owner_organization_id, p.client_organization_id, %(kind)s, %(amount)s,
       p.currency, %(paid_date)s, %(payment_method)s, %(transaction_reference)s, %(reason)s, %(by)s
FROM payments p
WHERE p.id = %(payment_id)s
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
    values = {
        "id": new_id(),
        "payment_id": deposit["payment_id"],
        "contract_id": deposit["contract_id"],
        "kind": kind,
        "amount": amount,
        "payment_method": None,
        "transaction_reference": None,
        "reason": None,
        "by": caller.user_id,
    }
    tx.run(_INSERT_TRANSACTION, values | said)
    asked_deposit = tx.later(_SELECT_DEPOSIT, values)
    asked_payments = ask_for_many(tx, [deposit["payment_id"]])

    def settled(rows: list[Row]) -> tuple[Deposit, Payment]:
        [row], [payment] = rows, asked_payments.answer()
        return Deposit.of({name: row[name] for name in Deposit.model_fields}), payment

    return asked_deposit.then(settled)
