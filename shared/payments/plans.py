"""The SQL of payment plans."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import creditor_sides, mine, sides_of
from shared.payments.account import SELECT_ACCOUNT
from shared.payments.bound import LOCK_MONEY
from shared.payments.plan import CancellingPlan, PaymentPlan, Planning

_SELECT = """
SELECT p.id, p.contract_id, p.owner_organization_id, p.client_organization_id, s.status, p.payment_ids, p.installments,
       p.total_amount, p.currency, p.started_on, s.missed_on, p.cancelled_on, p.cancel_reason, p.created_at,
       (SELECT coalesce(sum(d.owed - d.paid_amount), 0) FROM payments d
        WHERE d.id = ANY(p.payment_ids)) AS open_amount
FROM payment_plans p
JOIN states_of_plans s ON s.id = p.id
"""

_SELECT_ONE = _SELECT + "WHERE p.id = %(plan_id)s"

_SELECT_OF_CONTRACT = _SELECT + "WHERE p.contract_id = %(contract_id)s AND " + mine("p") + " ORDER BY p.id DESC"

_SELECT_CONTRACT = "SELECT p.id FROM contracts p WHERE p.id = %(contract_id)s AND " + mine("p")

_LOCK_MINE = (
    "SELECT p.id FROM payment_plans p WHERE p.id = %(plan_id)s AND p.contract_id = %(contract_id)s AND "
    + mine("p")
    + " FOR UPDATE"
)

_LOCK_DEBTS = """
SELECT p.id, p.status, p.owed - p.paid_amount AS open_amount,
       EXISTS (SELECT FROM states_of_plans s
               WHERE s.contract_id = p.contract_id AND p.id = ANY(s.payment_ids) AND s.status = 'KEPT') AS is_planned
FROM payments p
WHERE p.contract_id = %(contract_id)s AND p.id = ANY(%(payment_ids)s::uuid[])
ORDER BY p.id
FOR UPDATE OF p
"""

_INSERT = """
INSERT INTO payment_plans (id, contract_id, owner_organization_id, client_organization_id, payment_ids, total_amount,
                           currency, installments, started_on, created_by, updated_by)
SELECT %(plan_id)s, c.id, c.owner_organization_id, c.client_organization_id, %(payment_ids)s::uuid[], %(total)s,
       c.currency, %(installments)s, app.today(c.premises #>> '{building,timezone}'), %(by)s, %(by)s
FROM contracts c
WHERE c.id = %(contract_id)s
"""

_UPDATE_CANCELLED = """
UPDATE payment_plans p
SET cancelled_on = app.today(c.premises #>> '{building,timezone}'), cancel_reason = %(reason)s, updated_at = now(),
    updated_by = %(by)s
FROM contracts c
WHERE p.id = %(plan_id)s AND c.id = p.contract_id
"""

# One that was paid in full can be broken no more: nobody is told of a debt that is gone.
_SELECT_BROKEN = """
SELECT s.id, s.missed_on + 1 AS day
FROM states_of_plans s
WHERE s.status = 'BROKEN'
  AND EXISTS (SELECT FROM payments p WHERE p.id = ANY(s.payment_ids) AND p.owed > p.paid_amount)
  AND NOT EXISTS (SELECT FROM work_items w
                  WHERE w.entity_id = s.id AND w.job = 'break_plan' AND w.day = s.missed_on + 1)
ORDER BY s.missed_on, s.id
LIMIT %(limit)s
"""


def lock_debts(tx: Tx, caller: Caller, contract_id: UUID, planning: Planning) -> tuple[Row | None, list[Row]]:
    """The contract as the caller's side books it (None: it is not theirs), whose money nobody else moves meanwhile, and
    those of its payments that are to be planned, locked."""
    values = {"contract_id": contract_id, "payment_ids": planning.payment_ids, **creditor_sides(caller)}
    _, accounts, debts = tx.batch((LOCK_MONEY, values), (SELECT_ACCOUNT, values), (_LOCK_DEBTS, values))
    return (accounts[0] if accounts else None), debts


def insert_plan(tx: Tx, caller: Caller, contract_id: UUID, planning: Planning) -> PaymentPlan:
    """The new plan."""
    values: dict[str, Any] = {
        "plan_id": new_id(),
        "contract_id": contract_id,
        "payment_ids": planning.payment_ids,
        "total": sum(one.amount for one in planning.installments),
        "installments": Jsonb([one.model_dump() for one in planning.installments]),
        "by": caller.user_id,
    }
    tx.run(_INSERT, values)
    return PaymentPlan.of(tx.all(_SELECT_ONE, values)[0])


def select_plans(tx: Reading, caller: Caller, contract_id: UUID) -> list[Row] | None:
    """The plans of the caller's contract; None where it is not theirs."""
    values = {"contract_id": contract_id, **sides_of(caller)}
    contracts, plans = tx.batch((_SELECT_CONTRACT, values), (_SELECT_OF_CONTRACT, values))
    return plans if contracts else None


def lock_plan(tx: Tx, caller: Caller, contract_id: UUID, plan_id: UUID) -> PaymentPlan | None:
    """A plan that the caller's side agreed to, locked."""
    values = {"contract_id": contract_id, "plan_id": plan_id, **creditor_sides(caller)}
    _, locked, plans = tx.batch((LOCK_MONEY, values), (_LOCK_MINE, values), (_SELECT_ONE, values))
    return PaymentPlan.of(plans[0]) if locked else None


def cancel(tx: Tx, caller: Caller, plan_id: UUID, cancelling: CancellingPlan) -> PaymentPlan:
    """The plan, which holds no longer from today on."""
    values = {"plan_id": plan_id, "by": caller.user_id, "reason": cancelling.reason}
    tx.run(_UPDATE_CANCELLED, values)
    return PaymentPlan.of(tx.all(_SELECT_ONE, values)[0])


def select_broken(tx: Tx, limit: int) -> list[Row]:
    """`id` and `day` of plans that were broken on that day, of which nobody was told."""
    return tx.all(_SELECT_BROKEN, {"limit": limit})


def select_plan(tx: Reading, plan_id: UUID) -> PaymentPlan:
    """Any plan, for the job that tells of it."""
    return PaymentPlan.of(tx.all(_SELECT_ONE, {"plan_id": plan_id})[0])
