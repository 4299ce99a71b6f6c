"""A lease that goes on after its last day: a month at a time, at a percentage of its last rent, until it is ended."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from shared.kit.db import Row, Tx
from shared.maths.exact import Calculation, Inputs, rounded, shown
from shared.maths.months import DAY, MAX_TERM_MONTHS, days_in, end_date
from shared.maths.rent import levels
from shared.maths.schedule import Line, schedule
from shared.maths.terms import Escalation, IndexValue, Terms
from shared.payments.bound import LOCK_MONEY, SCHEDULE_TOTAL
from shared.payments.installments import installments_of
from shared.payments.queries import insert_schedule
from shared.payments.taxing import retax
from shared.terms.deal import schedule_of, terms_of

_LOCK_LASTING = """
SELECT c.id, c.holdover_percent, c.terminates_on, there.today
FROM contracts c
CROSS JOIN LATERAL (SELECT app.today(c.premises #>> '{building,timezone}') AS today) AS there
WHERE c.status = 'ACTIVE' AND c.holdover_percent IS NOT NULL
  AND c.end_date < there.today + %(days_ahead)s::integer
  AND NOT EXISTS (
      SELECT FROM payments p
      WHERE p.contract_id = c.id AND p.charge = 'RENT' AND p.installment_number IS NOT NULL
        AND p.period_end >= least(there.today + %(days_ahead)s::integer, coalesce(c.terminates_on - 1, 'infinity')))
ORDER BY c.id
LIMIT %(limit)s
FOR UPDATE OF c SKIP LOCKED
"""

_LOCK_ONE = """
SELECT c.id, c.holdover_percent, c.terminates_on, app.today(c.premises #>> '{building,timezone}') AS today
FROM contracts c
WHERE c.id = %(contract_id)s
FOR UPDATE OF c
"""

# What is not invoiced follows the percentage; what is invoiced stays.
_DELETE_AHEAD = """
DELETE FROM payments p
USING contracts c
WHERE c.id = p.contract_id AND p.contract_id = %(contract_id)s AND p.charge = 'RENT' AND p.period_start > c.end_date
  AND p.installment_number IS NOT NULL AND p.invoiced_on IS NULL AND p.paid_amount = 0 AND p.status = 'SCHEDULED'
"""

_UPDATE_TOTAL = f"""
UPDATE contracts c
SET updated_at = now(),
    schedule_total = {SCHEDULE_TOTAL}
WHERE c.id = %(contract_id)s
"""

DAYS_AHEAD = 31
"""So many days before a month begins, its installment is there."""


def terms_after(terms: Terms, index_values: Sequence[IndexValue], percent: Decimal) -> Terms:
    """The terms from the day after the last day: the last rent × `percent` / 100, a month at a time."""
    assert terms.term_months is not None  # noqa: S101 (a sale has no last day)
    last = levels(terms, index_values)[-1].rent
    return terms._replace(
        start_date=end_date(terms.start_date, terms.term_months) + DAY,
        bid_amount=rounded(last * Fraction(percent) / 100, terms.exponent),
        base_rent_psf=None,
        billing_frequency="MONTHLY",
        escalation=Escalation(),
        free_months=(),
        deposit_months=Decimal(0),
        term_months=MAX_TERM_MONTHS,
    )


def lines_after(
    terms: Terms, index_values: Sequence[IndexValue], percent: Decimal, *, until: date, ends: date | None, count: int
) -> tuple[Line, ...]:
    """The installments of the months that begin by `until`, numbered on from `count`; `ends` is the last day of a lease
    that was terminated."""
    after = terms_after(terms, index_values, percent)
    last_day = until.replace(day=days_in(until.year, until.month))
    last_day = min(last_day, ends) if ends else last_day
    if last_day < after.start_date:
        return ()
    level = levels(terms, index_values)[-1]
    inputs: Inputs = {"last_rent": shown(level.rent), "percent": percent}
    step = Calculation("Rent after the last day", "last_rent × percent ÷ 100", inputs, after.bid_amount or Decimal(0))
    return tuple(
        line._replace(
            installment_number=count + number,
            parts=tuple(part._replace(level=part.level._replace(origin=(*level.origin, step))) for part in line.parts),
        )
        for number, line in enumerate(schedule(after, until=last_day), start=1)
    )


def lock_lasting(tx: Tx, days_ahead: int, limit: int) -> list[Row]:
    """Leases that go on after their last day and lack an installment for a month that begins within `days_ahead` days:
    `id`, `holdover_percent`, `terminates_on`, and their building's `today`."""
    return tx.all(_LOCK_LASTING, {"days_ahead": days_ahead, "limit": limit})


def lock_one(tx: Tx, contract_id: UUID) -> Row:
    """As `lock_lasting`, of one contract, whose percentage may be None. Its installments ahead that are not invoiced
    are deleted."""
    values = {"contract_id": contract_id}
    tx.run(LOCK_MONEY, values)
    [row] = tx.all(_LOCK_ONE, values)
    tx.run(_DELETE_AHEAD, values)
    return row


def extend(tx: Tx, deal: Row, row: Row, index_values: Sequence[IndexValue], days_ahead: int) -> None:
    """Write the installments of a lease (`select_deal`) that begin within so many days; those that are there
    stay."""
    if row["holdover_percent"] is not None:
        terms = terms_of(deal)
        lines = lines_after(
            terms,
            index_values,
            row["holdover_percent"],
            until=row["today"] + days_ahead * DAY,
            ends=row["terminates_on"] - DAY if row["terminates_on"] else None,
            count=sum(line.installment_number is not None for line in schedule_of(deal)),
        )
        # Nobody knows how many there will be.
        rows = [one | {"total_installments": one["installment_number"]} for one in installments_of(lines)]
        insert_schedule(tx, deal["id"], rows)
        retax(tx, [deal["id"]])
    tx.run(_UPDATE_TOTAL, {"contract_id": deal["id"]})
