"""What money asks of its contract `c`: whether it ever bound anybody, its days, and who may move its money now."""

BOUND = "(c.status IN ('SIGNED', 'ACTIVE', 'EXPIRED') OR (c.status = 'TERMINATED' AND c.terminates_on IS NOT NULL))"
"""Whether the contract was ever executed: its debts outlive it. A deal that died before it bound anybody has no end."""

# A year before the contract was drawn up or starts is the earliest day on which money for it can have come.
THERE = """
CROSS JOIN LATERAL (SELECT c.premises #>> '{building,timezone}' AS timezone) AS zone
CROSS JOIN LATERAL (
    SELECT zone.timezone, app.today(zone.timezone) AS today,
           (least(c.start_date, (c.created_at AT TIME ZONE zone.timezone)::date) - interval '1 year')::date AS earliest
) AS there
"""
"""The building's `timezone`, its `today`, and the `earliest` day on which money can have come or gone."""

CREDIT = "(SELECT coalesce(sum(t.credit), 0) FROM standing_transactions t WHERE t.contract_id = c.id)"
"""The contract's credit that settles nothing yet."""


# An adjustment has no period; a row that falls due after the end is of no day with the lease.
SCHEDULE_TOTAL = """(
    SELECT coalesce(sum(CASE WHEN greatest(p.period_end, p.due_date) < c.terminates_on IS NOT FALSE
                             THEN p.amount - p.corrected
                             WHEN p.status = 'CANCELLED' THEN 0
                             ELSE p.amount - p.credited_amount END), 0)
    FROM payments p
    WHERE p.contract_id = c.id AND p.charge = 'RENT')"""
"""The rent of the contract's schedule as it stands, without tax: less what an index adjustment and an early end took
off. What was conceded by a credit note, or written off, was asked for."""


def held_of(contract_id: str) -> str:
    """The deposit that is held for a contract: what came of it or from the lease that it renews, less what was applied,
    returned, or went on to its renewal."""
    return f"""(
    (SELECT coalesce(sum(d.paid_amount), 0) FROM payments d
     WHERE d.contract_id = {contract_id} AND d.charge = 'DEPOSIT')
    - (SELECT coalesce(sum(t.deposit_used), 0) FROM standing_transactions t WHERE t.contract_id = {contract_id}))"""


# A lease may leave its space and its deposit to one that both sides have signed.
RENEWAL = """
(r.executed_at IS NOT NULL AND r.status IN ('PENDING_SIGNATURE', 'SIGNED', 'ACTIVE')
 AND (r.terminates_on IS NULL OR r.terminates_on > r.start_date))
"""
"""Whether the contract `r`, which renews another one, goes on after it."""


def lock_money(contract_id: str) -> str:
    """The beginning of a statement that holds a contract's money until the transaction ends. Whoever moves it does so
    first: credit is used once, and nobody waits crosswise for its payments."""
    return f"SELECT pg_advisory_xact_lock(hashtextextended('money ' || {contract_id}, 0)) IS NULL AS locked "


LOCK_MONEY = lock_money("%(contract_id)s::text")
