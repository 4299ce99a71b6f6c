-- Each payment plan with its state, from what is known today: KEPT while no more is open of its debts after each due date
-- than the installments of later days come to, else BROKEN from the next day on. `missed_on` is the first due date that was
-- missed, `kept_until` the last day of the time in which it was kept; null while it still is.
CREATE OR REPLACE VIEW states_of_plans WITH (security_invoker = true) AS
SELECT l.id, l.contract_id, l.payment_ids, l.started_on, missed.missed_on,
       CASE WHEN l.cancelled_on IS NOT NULL THEN 'CANCELLED'
            WHEN missed.missed_on IS NOT NULL THEN 'BROKEN'
            ELSE 'KEPT' END AS status,
       least(missed.missed_on, l.cancelled_on) AS kept_until
FROM payment_plans AS l
JOIN contracts AS c ON c.id = l.contract_id
CROSS JOIN LATERAL (
    SELECT min(i.due_date) AS missed_on
    FROM (
        SELECT (one ->> 'due_date')::date AS due_date,
               sum((one ->> 'amount')::numeric) OVER (ORDER BY (one ->> 'due_date')::date) AS due
        FROM jsonb_array_elements(l.installments) AS one
    ) AS i
    WHERE i.due_date < least(app.today(c.premises #>> '{building,timezone}'), l.cancelled_on)
      AND l.total_amount - i.due < (
          SELECT sum(p.owed) - coalesce(sum(s.settled), 0)
          FROM payments AS p
          LEFT JOIN LATERAL (
              SELECT sum(t.settled) AS settled FROM standing_transactions AS t
              WHERE t.payment_id = p.id AND t.paid_date <= i.due_date
          ) AS s ON true
          WHERE p.id = ANY (l.payment_ids)
      )
) AS missed;

GRANT SELECT ON states_of_plans TO app_reader, app_user, app_worker;
