-- Every transaction with its effect on its own day: a reversal takes back the effect of the reversed one. Up to a given
-- day, these add up to what was booked by that day. `original_kind` is the kind of the transaction, or of the one
-- reversed; `charged` is what it adds to what the client owes on the ledger; `received` is the money that it brings in;
-- `is_ahead`, whether its payment had no invoice yet.
CREATE OR REPLACE VIEW booked_transactions WITH (security_invoker = true) AS
SELECT t.id, t.payment_id, t.contract_id, t.kind, coalesce(o.kind, t.kind) AS original_kind, t.amount, t.paid_date,
       t.transaction_reference, t.created_at,
       app.settled_by(coalesce(o.kind, t.kind), CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END)
           AS settled,
       app.deposit_used_by(coalesce(o.kind, t.kind), CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END)
           AS deposit_used,
       app.credited_by(coalesce(o.kind, t.kind), CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END)
           AS credit,
       app.written_off_by(coalesce(o.kind, t.kind), CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END)
           AS written_off,
       app.charged_by(coalesce(o.kind, t.kind), CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END)
           AS charged,
       coalesce(t.posted_on, t.paid_date) AS posted_on,
       app.received_by(coalesce(o.kind, t.kind), CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END)
           AS received,
       coalesce(t.relieved_tax, -o.relieved_tax, 0) AS relieved_tax,
       coalesce(t.other_contract_id, o.other_contract_id) AS other_contract_id, t.is_ahead, t.owner_organization_id,
       t.currency
FROM payment_transactions AS t
LEFT JOIN payment_transactions AS o ON o.id = t.reverses_id;

GRANT SELECT ON booked_transactions TO app_reader, app_user, app_worker;
