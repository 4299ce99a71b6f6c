"""The SQL of what late charges are calculated from."""

# What the calculation needs of an installment.
CALCULATED = """
p.id, p.contract_id, p.period_start, p.period_end, p.due_date, p.status, p.currency, p.interest_charged,
       p.owed AS principal, c.late_policy, c.terminates_on, there.today,
       (SELECT jsonb_agg(jsonb_build_object('day', t.paid_date, 'amount', t.settled))
        FROM standing_transactions t
        WHERE t.payment_id = p.id AND t.settled <> 0) AS settled, plan.kept
"""

FROM = """
FROM payments p
JOIN contracts c ON c.id = p.contract_id AND c.late_policy IS NOT NULL
-- For the time of a payment plan that is kept, nothing is charged.
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('first', s.started_on, 'last', s.kept_until)) AS kept,
           coalesce(bool_or(s.status = 'KEPT'), false) AS holds
    FROM states_of_plans s
    WHERE s.contract_id = p.contract_id AND p.id = ANY(s.payment_ids)
) AS plan
CROSS JOIN LATERAL (
    SELECT app.today(c.premises #>> '{building,timezone}') AS today,
           p.due_date + (c.late_policy ->> 'grace_days')::integer + 1 AS first_day
) AS there
"""

# What a contract's early end finds: installments whose interest runs, or is to be calculated again.
SELECT_RUNNING = (
    "SELECT "
    + CALCULATED
    + ", plan.holds"
    + FROM
    + """
WHERE p.contract_id = %(contract_id)s AND p.installment_number IS NOT NULL
  AND (p.status = 'OVERDUE'
       OR (p.status = 'PAID' AND (p.paid_date > p.due_date OR p.interest_charged > 0)
           AND p.late_until IS DISTINCT FROM p.paid_date))
"""
)
