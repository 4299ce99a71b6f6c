"""Late fees and interest: which installments they are calculated for, and how much is charged.

A fee is charged once per installment, as soon as the grace period is over. Interest is charged when the rent is paid,
and until then every 90 days and on the first day after an early end. Everything is recalculated from what is known
that day, less what was charged before, so that missed days, partial payments and reversals need no handling of their
own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from shared.kit.db import Row, Tx
from shared.maths.currencies import exponent_of
from shared.maths.exact import Calculation, added, explained, less, summed
from shared.maths.late import Exempt, LateCharge, Settled, late_charges
from shared.maths.months import DAY
from shared.maths.terms import FEE_DUE_DAYS, LatePolicy
from shared.payments.bound import LOCK_MONEY
from shared.payments.charges import Added
from shared.payments.overdue import CALCULATED, FROM

IN_TIME = "Money for the installment came in time."
"""Why a late fee is lowered: the reason on its credit note, by which it is known what may be raised again."""

INTEREST_DAYS = 90
"""How often interest is charged until the rent is paid."""

# `work.day` is the day up to which an installment is to be calculated. What was paid in time leaves the index it is
# found by: it is calculated too, and comes to nothing. So is what bore interest and proves to have been paid by its due
# date. A contract has one line of interest a day.
_FROM_LATE = (
    FROM
    + """
CROSS JOIN LATERAL (
    SELECT CASE WHEN p.status = 'PAID' THEN p.paid_date
                ELSE greatest(there.first_day,
                              p.due_date + %(days)s::integer * ((there.today - p.due_date) / %(days)s::integer),
                              CASE WHEN c.terminates_on > p.due_date AND c.terminates_on <= there.today
                                   THEN c.terminates_on END)
           END AS day
) AS work
WHERE p.installment_number IS NOT NULL
  AND ((p.status = 'PAID' AND (p.paid_date > p.due_date OR p.interest_charged > 0)
        AND p.late_until IS DISTINCT FROM p.paid_date)
       OR (p.status = 'OVERDUE' AND p.due_date < app.today('Pacific/Kiritimati') AND work.day <= there.today
           AND work.day > coalesce(p.late_until, p.due_date) AND NOT plan.holds))
  AND NOT EXISTS (SELECT FROM payments i WHERE i.contract_id = p.contract_id AND i.charge = 'INTEREST'
                                           AND i.period_start = there.today)
"""
)

_SELECT_LATE = "SELECT p.id, p.contract_id" + _FROM_LATE + "ORDER BY p.due_date, p.id LIMIT %(limit)s"

_LOCK_LATE = (
    "SELECT "
    + CALCULATED
    + """, work.day,
       EXISTS (SELECT FROM payments f WHERE f.contract_id = p.contract_id AND f.charge = 'LATE_FEE'
                                        AND f.period_start = p.period_start) AS has_fee
"""
    + _FROM_LATE
    + """  AND p.id = ANY(%(payment_ids)s::uuid[])
ORDER BY p.due_date, p.id
FOR UPDATE OF p SKIP LOCKED
"""
)

# What was owed at the end of the grace: credit notes and write-offs of later days had not lowered it yet.
_LOCK_FEES = """
SELECT f.id AS fee_id, f.owed AS stands, p.id, p.contract_id, p.period_start, p.period_end, p.due_date, p.currency,
       c.late_policy, grace.ends + 1 AS day, app.today(c.premises #>> '{building,timezone}') AS today,
       (SELECT coalesce(sum(n.total_amount), 0) FROM invoices n
        WHERE n.payment_id = f.id AND n.kind = 'CREDIT_NOTE' AND n.reason = %(in_time)s) AS lowered, f.amount,
       p.owed + p.written_off_amount
       + (SELECT coalesce(sum(n.net + n.tax), 0) FROM credited_invoices n
          WHERE n.contract_id = p.contract_id AND n.payment_id = p.id AND n.issued_on > grace.ends) AS principal,
       (SELECT jsonb_agg(jsonb_build_object('day', t.paid_date, 'amount', t.settled))
        FROM standing_transactions t
        WHERE t.payment_id = p.id AND t.settled <> 0) AS settled
FROM payments p
JOIN contracts c ON c.id = p.contract_id AND c.late_policy IS NOT NULL
JOIN payments f ON f.contract_id = p.contract_id AND f.charge = 'LATE_FEE'
    AND f.period_end IS NOT DISTINCT FROM p.period_end
CROSS JOIN LATERAL (SELECT p.due_date + (c.late_policy ->> 'grace_days')::integer AS ends) AS grace
WHERE (p.id = ANY(%(payment_ids)s::uuid[]) OR p.contract_id = %(contract_id)s::uuid)
  AND p.installment_number IS NOT NULL AND p.status <> 'CANCELLED'
ORDER BY f.id DESC
FOR UPDATE OF f
"""

_LOCK_INTEREST = """
SELECT p.id, p.owed
FROM payments p
WHERE p.contract_id = %(contract_id)s AND p.charge = 'INTEREST' AND p.owed > 0
ORDER BY p.due_date DESC, p.id DESC
FOR UPDATE
"""

_UPDATECALCULATED = """
UPDATE payments p SET late_until = r.day, interest_charged = r.interest
FROM unnest(%(payment_ids)s::uuid[], %(days)s::date[], %(interests)s::numeric[]) AS r (payment_id, day, interest)
WHERE p.id = r.payment_id
"""


def lock_late(tx: Tx, limit: int) -> list[Row]:
    """Installments whose late charges are to be calculated, with everything that the calculation needs. Nobody else
    moves their contracts' money meanwhile."""
    found = tx.all(_SELECT_LATE, {"days": INTEREST_DAYS, "limit": limit})
    # Always in the same order, and before any payment, so that no two wait crosswise.
    for contract_id in sorted({row["contract_id"] for row in found}):
        tx.later(LOCK_MONEY, {"contract_id": contract_id})
    values = {"days": INTEREST_DAYS, "payment_ids": [row["id"] for row in found]}
    return tx.all(_LOCK_LATE, values) if found else []


class Fallen(NamedTuple):
    """The contract's payments of interest (locked) that ask for too much as is known on `today`, and by how much."""

    contract_id: UUID
    offs: list[tuple[UUID, Decimal]]
    today: date


def calculated(tx: Tx, found: list[Row]) -> tuple[list[Added], list[Fallen]]:
    """The fees and the interest to charge, and the interest to credit. Stores up to which day each installment is
    calculated."""
    fees: list[Added] = []
    interests: dict[tuple[UUID, date], list[tuple[Row, LateCharge, Decimal]]] = defaultdict(list)
    charged: dict[UUID, Decimal] = {}
    for row in found:
        charges = {one.charge: one for one in charges_of(row)}
        fee, interest = charges.get("LATE_FEE"), charges.get("INTEREST")
        charged[row["id"]] = row["interest_charged"]
        if fee and fee.amount > 0 and not row["has_fee"]:
            fees.append(_fee(row, fee))
        # Until the rent is paid, interest is charged on its days only.
        is_its_day = (row["day"] - row["due_date"]).days % INTEREST_DAYS == 0 or row["day"] == row["terminates_on"]
        if row["status"] == "PAID" or is_its_day:
            # None for what came in time: what was charged is too much.
            interest = interest or LateCharge("INTEREST", row["due_date"], Decimal(0), ())
            charged[row["id"]] = interest.amount
            part = less(interest.amount, row["interest_charged"])
            if part:
                interests[row["contract_id"], row["today"]].append((row, interest, part))
    lines = [_interest(of_contract) for of_contract in interests.values()]
    fallen = []
    for line, of_contract in zip(lines, interests.values(), strict=True):
        if line.amount < 0:
            offs = _interest_off(tx, line.contract_id, -line.amount)
            fallen.append(Fallen(line.contract_id, offs, line.today))
            waived = less(-line.amount, *(part for _, part in offs))
            for payment_id, part in _spread(waived, of_contract):
                charged[payment_id] = added(charged[payment_id], part)
    values: dict[str, Any] = {
        "payment_ids": [row["id"] for row in found],
        "days": [row["day"] for row in found],
        "interests": [charged[row["id"]] for row in found],
    }
    if found:
        tx.run(_UPDATECALCULATED, values)
    return fees + [line for line in lines if line.amount > 0], fallen


def _spread(waived: Decimal, of_contract: list[tuple[Row, LateCharge, Decimal]]) -> Iterator[tuple[UUID, Decimal]]:
    """The installments whose interest fell, each with so much of it that was waived before: it is not credited, and not
    charged again."""
    for row, _, part in of_contract:
        if part < 0 < waived:
            rest = min(waived, -part)
            yield row["id"], rest
            waived = less(waived, rest)


def _interest_off(tx: Tx, contract_id: UUID, amount: Decimal) -> list[tuple[UUID, Decimal]]:
    """Which payments of interest (locked) that amount is taken off, the latest first, and how much of each. What was
    credited or written off before is not credited again."""
    found = []
    for row in tx.all(_LOCK_INTEREST, {"contract_id": contract_id}):
        part = min(row["owed"], amount)
        if part > 0:
            found.append((row["id"], part))
            amount -= part
    return found


def too_high(tx: Tx, payment_ids: Collection[UUID]) -> list[tuple[UUID, Decimal]]:
    """The late fees (by their payments' ids, locked) for those installments that are higher than what was unpaid when
    the grace ended asks for, and by how much, the latest first. Money and credit notes of later days lower no fee."""
    found = []
    for rows in _fees(tx, payment_ids=list(payment_ids)):
        fee = _right_fee(rows[0])
        off = less(added(*(row["stands"] for row in rows)), fee.amount if fee else Decimal(0))
        for row in rows:
            part = min(off, row["stands"])
            if part > 0:
                found.append((row["fee_id"], part))
                off -= part
    return found


def too_low(tx: Tx, contract_id: UUID) -> list[Added]:
    """What is missing of the contract's late fees, because money that had counted then did not come: they are what was
    unpaid when the grace ended asks for. What was waived stays waived."""
    found = []
    for rows in _fees(tx, contract_id=contract_id):
        fee = _right_fee(rows[0])
        charged = less(added(*(row["amount"] for row in rows)), *(row["lowered"] for row in rows))
        missing = less(fee.amount, charged) if fee else Decimal(0)
        if fee and missing > 0:
            inputs = {"fee": fee.amount, "charged": charged}
            step = Calculation("Late fee, less what is charged of it", "fee − charged", inputs, missing)
            again = _fee(rows[0], fee._replace(amount=missing, origin=(*fee.origin, step)))
            found.append(again._replace(period_start=_beside(rows[0]["period_start"], len(rows))))
    return found


def _fees(tx: Tx, *, payment_ids: list[UUID] | None = None, contract_id: UUID | None = None) -> list[list[Row]]:
    """The fees of each of these installments, or of all of the contract's, the latest first."""
    values = {"payment_ids": payment_ids or [], "contract_id": contract_id, "in_time": IN_TIME}
    of_installment: dict[UUID, list[Row]] = defaultdict(list)
    for row in tx.all(_LOCK_FEES, values):
        of_installment[row["id"]].append(row)
    return list(of_installment.values())


def _beside(first_day: date, number: int) -> date:
    """The first day of a further fee for the installment of `first_day`: a day on which none begins, since there is one
    line a charge and day."""
    later = first_day + number * DAY
    return later if later.month == first_day.month else first_day - number * DAY


def _right_fee(row: Row) -> LateCharge | None:
    return next((one for one in charges_of(row) if one.charge == "LATE_FEE"), None)


def _policy(row: Row) -> LatePolicy:
    policy = row["late_policy"]
    return LatePolicy(
        grace_days=int(policy["grace_days"]),
        fee_percent=Decimal(policy["fee_percent"]),
        min_fee=Decimal(policy["min_fee"]),
        annual_interest_percent=Decimal(policy["annual_interest_percent"]),
        fee_due_days=int(policy.get("fee_due_days", FEE_DUE_DAYS)),
    )


def charges_of(row: Row) -> tuple[LateCharge, ...]:
    """The fee and the interest of an installment up to and without its `day`, as far as its `principal` was not
    `settled`."""
    return late_charges(
        principal=row["principal"],
        due_date=row["due_date"],
        policy=_policy(row),
        settled=[Settled(date.fromisoformat(one["day"]), Decimal(one["amount"])) for one in row["settled"] or ()],
        exempt=[
            Exempt(date.fromisoformat(one["first"]), date.fromisoformat(one["last"] or row["day"].isoformat()))
            for one in row.get("kept") or ()
        ],
        as_of=row["day"],
        exponent=exponent_of(row["currency"]),
    )


def _fee(row: Row, fee: LateCharge) -> Added:
    return Added(
        row["contract_id"],
        "LATE_FEE",
        row["period_start"],
        row["period_end"],
        fee.amount,
        Decimal(0),
        explained(fee.origin),
        row["today"],
        _policy(row).fee_due_days,
    )


def _interest(of_contract: list[tuple[Row, LateCharge, Decimal]]) -> Added:
    """One line for all installments of a contract whose interest is charged on the same day."""
    steps: list[Calculation] = []
    parts: list[Calculation] = []
    for row, charge, part in of_contract:
        steps += charge.origin
        inputs = {"interest": charge.amount, "before": row["interest_charged"]}
        label = f"For the rent due on {row['due_date'].isoformat()}, less what was asked for before"
        parts.append(Calculation(label, "interest − before", inputs, part))
        steps.append(parts[-1])
    total = added(*(part for _, _, part in of_contract))
    if len(parts) > 1:
        steps.append(summed("Interest", parts, total))
    row = of_contract[0][0]
    today: date = row["today"]
    due_days = _policy(row).fee_due_days
    return Added(row["contract_id"], "INTEREST", today, None, total, Decimal(0), explained(steps), today, due_days)
