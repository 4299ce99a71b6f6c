-- Takes the books back: months that were closed are not known any more, the postings stay where they are.

DROP INDEX invoices_journal_idx, payment_transactions_journal_idx;
DROP VIEW journal_lines, booked_transactions;
DROP FUNCTION app.received_by(text, numeric);
DROP FUNCTION app.charged_to(text);
DROP TRIGGER invoices_posted ON invoices;
DROP FUNCTION app.set_invoice_posted();

-- A transaction is posted on the day of its document, unless it says otherwise.
CREATE OR REPLACE FUNCTION app.set_posted() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.posted_on := coalesce(NEW.posted_on, NEW.paid_date);
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_posted() FROM PUBLIC;

CREATE OR REPLACE TRIGGER payment_transactions_posted BEFORE INSERT ON payment_transactions
    FOR EACH ROW EXECUTE FUNCTION app.set_posted();

-- Every transaction with its effect on its own day: a reversal takes back the effect of the reversed one. Up to a given
-- day, these add up to what was booked by that day. `original_kind` is the kind of the transaction, or of the one
-- reversed; `charged` is what it adds to what the client owes on the ledger.
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
       coalesce(t.posted_on, t.paid_date) AS posted_on
FROM payment_transactions AS t
LEFT JOIN payment_transactions AS o ON o.id = t.reverses_id;

GRANT SELECT ON booked_transactions TO app_reader, app_user, app_worker;

DROP FUNCTION app.posting_day(uuid, date);
ALTER TABLE payment_transactions DROP COLUMN is_ahead;
ALTER TABLE invoices DROP COLUMN posted_on;
DROP TABLE books;
