-- The transactions that count: no reversals, and none that was reversed. Each with what it settles of its payment, what it
-- adds to its contract's credit, what it uses up of its deposit, and what it writes off.
CREATE OR REPLACE VIEW standing_transactions WITH (security_invoker = true) AS
SELECT t.id, t.payment_id, t.contract_id, t.kind, t.amount, t.paid_date, t.payment_method, t.transaction_reference,
       t.created_at,
       app.settled_by(t.kind, t.amount) AS settled,
       app.credited_by(t.kind, t.amount) AS credit,
       app.deposit_used_by(t.kind, t.amount) AS deposit_used,
       app.written_off_by(t.kind, t.amount) AS written_off
FROM payment_transactions AS t
WHERE t.kind <> 'REVERSAL'
  AND NOT EXISTS (SELECT FROM payment_transactions AS r WHERE r.reverses_id = t.id);

GRANT SELECT ON standing_transactions TO app_reader, app_user, app_worker;
