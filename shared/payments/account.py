"""The SQL of a contract's credit as a whole: what of it is paid out, and what moves to another contract."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.kit.db import Asked, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import creditor_sides, mine
from shared.payments.bound import BOUND, CREDIT, LOCK_MONEY, THERE
from shared.payments.moves import CreditTransfer, Refund

SELECT_ACCOUNT = f"""
SELECT c.id AS contract_id, c.owner_organization_id, c.client_organization_id, c.currency, {BOUND} AS is_bound,
       there.timezone, there.today, there.earliest, {CREDIT} AS credit
FROM contracts c
{THERE}
WHERE c.id = %(contract_id)s AND {mine("c")}
"""

_INSERT = """
INSERT INTO payment_transactions (id, contract_id, owner_organization_id, client_organization_id, kind, amount,
                                  currency, paid_date, payment_method, transaction_reference, other_contract_id,
                                  created_by)
SELECT %(id)s, c.id, c.owner_organization_id, c.client_organization_id, %(kind)s, %(amount)s, c.currency,
       coalesce(%(paid_date)s, app.today(c.premises #>> '{building,timezone}')), %(payment_method)s,
       %(transaction_reference)s, %(other_contract_id)s, %(by)s
FROM contracts c
WHERE c.id = %(contract_id)s
"""

_SELECT_CREDIT_ON = """
SELECT min(total.credit) AS credit_on
FROM (SELECT %(day)s::date AS day
      UNION
      SELECT t.paid_date FROM standing_transactions t
      WHERE t.contract_id = %(contract_id)s AND t.paid_date > %(day)s) AS days
CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.credit), 0) AS credit FROM standing_transactions t
    WHERE t.contract_id = %(contract_id)s AND t.paid_date <= days.day
) AS total
"""

_SELECT_REFUND = f"""
SELECT r.id, r.contract_id, r.owner_organization_id, r.client_organization_id, r.amount, r.currency, r.paid_date,
       r.payment_method, r.transaction_reference,
       NOT EXISTS (SELECT FROM standing_transactions s WHERE s.id = r.id) AS is_reversed, {CREDIT} AS unapplied_credit
FROM payment_transactions r
JOIN contracts c ON c.id = r.contract_id
WHERE r.id = %(id)s AND r.contract_id = %(contract_id)s AND r.kind = 'REFUND'
"""

_SELECT_TRANSFER = f"""
SELECT t.id, t.contract_id, t.other_contract_id AS to_contract_id, t.owner_organization_id, t.client_organization_id,
       t.amount, t.currency, t.paid_date,
       NOT EXISTS (SELECT FROM standing_transactions s WHERE s.id = t.id) AS is_reversed, {CREDIT} AS unapplied_credit
FROM payment_transactions t
JOIN contracts c ON c.id = t.contract_id
WHERE t.id = %(id)s
"""


# Both ends of a transfer were written at once.
_LOCK_TRANSFER = """
SELECT t.id, t.amount, t.other_contract_id, i.id AS into_id,
       NOT EXISTS (SELECT FROM standing_transactions s WHERE s.id = t.id) AS is_reversed
FROM payment_transactions t
JOIN payment_transactions i ON i.contract_id = t.other_contract_id AND i.other_contract_id = t.contract_id
    AND i.kind = 'TRANSFER_IN' AND i.created_at = t.created_at AND i.amount = t.amount
WHERE t.id = %(id)s AND t.contract_id = %(contract_id)s AND t.kind = 'TRANSFER_OUT'
"""

_SELECT_OTHER_END = "SELECT t.other_contract_id FROM payment_transactions t WHERE t.id = %(id)s"


def lock_accounts(tx: Tx, caller: Caller, *contract_ids: UUID) -> list[Row | None]:
    """The contracts as the caller's side books them, whose money nobody else moves meanwhile; None where the contract
    is not the caller's."""
    asked = _ask_for_accounts(tx, caller, *contract_ids)
    tx.flush()
    return [one.answer() for one in asked]


def lock_account_on(tx: Tx, caller: Caller, contract_id: UUID, day: date) -> Row | None:
    """As `lock_accounts`, for one contract, with `credit_on`: what was credit at the end of that day and of every day
    since."""
    [account] = _ask_for_accounts(tx, caller, contract_id)
    [found] = tx.all(_SELECT_CREDIT_ON, {"contract_id": contract_id, "day": day})
    row = account.answer()
    return row and row | found


def lock_refund(tx: Tx, caller: Caller, contract_id: UUID, refund_id: UUID) -> tuple[Row | None, Refund | None]:
    """As `lock_accounts`, with the contract's refund."""
    [account], refund = _ask_for_accounts(tx, caller, contract_id), ask_for_refund(tx, contract_id, refund_id)
    tx.flush()
    return account.answer(), refund.answer()


def lock_transfer(
    tx: Tx, caller: Caller, contract_id: UUID, transfer_id: UUID
) -> tuple[Row | None, Row | None, Row | None]:
    """The accounts at both ends of a transfer (None where they are not the caller's), and the transfer: `into_id` is
    its other end."""
    values = {"id": transfer_id, "contract_id": contract_id}
    found = tx.one(_SELECT_OTHER_END, values)
    if found is None or found["other_contract_id"] is None:
        return None, None, None
    one, two = _ask_for_accounts(tx, caller, contract_id, found["other_contract_id"])
    transfer = tx.one(_LOCK_TRANSFER, values)
    return one.answer(), two.answer(), transfer


def select_transfer(tx: Tx, transfer_id: UUID) -> CreditTransfer:
    """The transfer, as the contract that it left has it."""
    return CreditTransfer.of(tx.all(_SELECT_TRANSFER, {"id": transfer_id})[0])


def _ask_for_accounts(tx: Tx, caller: Caller, *contract_ids: UUID) -> list[Asked[Row | None]]:
    # Always in the same order, so that no two wait crosswise.
    for contract_id in sorted(contract_ids):
        tx.later(LOCK_MONEY, {"contract_id": contract_id})
    sides = creditor_sides(caller)
    return [
        tx.later(SELECT_ACCOUNT, {"contract_id": contract_id, **sides}).then(lambda rows: rows[0] if rows else None)
        for contract_id in contract_ids
    ]


def insert_refund(tx: Tx, caller: Caller, contract_id: UUID, amount: Decimal, **said: Any) -> Row:
    """The refund of so much of the contract's credit; `said` are its `paid_date`, `payment_method` and
    `transaction_reference`."""
    values = {"id": new_id(), "contract_id": contract_id, "kind": "REFUND", "amount": amount, "by": caller.user_id}
    tx.run(_INSERT, values | said | {"other_contract_id": None})
    return tx.all(_SELECT_REFUND, values)[0]


def ask_for_refund(tx: Tx, contract_id: UUID, refund_id: UUID) -> Asked[Refund | None]:
    """The contract's refund, and whether it was reversed. Comes with the next query."""
    rows = tx.later(_SELECT_REFUND, {"id": refund_id, "contract_id": contract_id})
    return rows.then(lambda found: Refund.of(found[0]) if found else None)


def insert_transfer(tx: Tx, contract_id: UUID, other_id: UUID, amount: Decimal) -> Asked[CreditTransfer]:
    """So much credit moves from one contract to the other, each on its building's today. Comes with the next query."""
    values: dict[str, Any] = {
        "id": new_id(),
        "amount": amount,
        "by": tx.caller.user_id if tx.caller else None,
        "paid_date": None,
        "payment_method": None,
        "transaction_reference": None,
    }
    tx.run(_INSERT, values | {"kind": "TRANSFER_OUT", "contract_id": contract_id, "other_contract_id": other_id})
    into = values | {"kind": "TRANSFER_IN", "contract_id": other_id, "other_contract_id": contract_id}
    tx.run(_INSERT, into | {"id": new_id()})
    return tx.later(_SELECT_TRANSFER, values).then(lambda rows: CreditTransfer.of(rows[0]))
