-- Takes the nineteenth migration back. What only it allowed has to be gone; rows that are there are not looked at again.

DROP VIEW standing_transactions, booked_transactions;
DROP FUNCTION app.written_off_by(text, numeric);
DROP FUNCTION app.charged_by(text, numeric);
DROP TRIGGER invoices_mark ON invoices;
DROP FUNCTION app.mark_invoiced();
DROP TRIGGER payment_transactions_posted ON payment_transactions;
DROP FUNCTION app.set_posted();

-- What is owed of a payment, paid or not: what it asks for, less what credit notes took off. Nothing is owed of one that
-- is cancelled. This is its only definition: whatever else comes to lower a debt is subtracted here.
CREATE OR REPLACE FUNCTION app.set_owed() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.owed := CASE WHEN NEW.status = 'CANCELLED' THEN 0
                     ELSE NEW.amount + NEW.tax_amount - NEW.credited_amount - NEW.credited_tax END;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_owed() FROM PUBLIC;

-- How much a transaction of this kind adds to the credit that its contract has left.
CREATE OR REPLACE FUNCTION app.credited_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'CREDIT' THEN $2
                   WHEN 'FREED' THEN $2
                   WHEN 'DEPOSIT_APPLIED' THEN $2
                   WHEN 'APPLIED' THEN -$2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.credited_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.credited_by(text, numeric) TO app_reader, app_user, app_worker;

-- The transactions that stand: no reversal, and none that was reversed. Each with what it settles of its payment, what it
-- adds to its contract's credit, and what it uses up of its deposit.
CREATE OR REPLACE VIEW standing_transactions WITH (security_invoker = true) AS
SELECT t.id, t.payment_id, t.contract_id, t.kind, t.amount, t.paid_date, t.payment_method, t.transaction_reference,
       t.created_at,
       app.settled_by(t.kind, t.amount) AS settled,
       app.credited_by(t.kind, t.amount) AS credit,
       app.deposit_used_by(t.kind, t.amount) AS deposit_used
FROM payment_transactions AS t
WHERE t.kind <> 'REVERSAL'
  AND NOT EXISTS (SELECT FROM payment_transactions AS r WHERE r.reverses_id = t.id);

GRANT SELECT ON standing_transactions TO app_reader, app_user, app_worker;

-- Every transaction with what it changed on its own day: a reversal takes back what the reversed one did. Up to a day,
-- these add up to what stood on that day. `original_kind` is the kind of what was booked, or taken back.
CREATE OR REPLACE VIEW booked_transactions WITH (security_invoker = true) AS
SELECT t.id, t.payment_id, t.contract_id, t.kind, coalesce(o.kind, t.kind) AS original_kind, t.amount, t.paid_date,
       t.transaction_reference, t.created_at,
       app.settled_by(coalesce(o.kind, t.kind), CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END)
           AS settled,
       app.deposit_used_by(coalesce(o.kind, t.kind), CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END)
           AS deposit_used
FROM payment_transactions AS t
LEFT JOIN payment_transactions AS o ON o.id = t.reverses_id;

GRANT SELECT ON booked_transactions TO app_reader, app_user, app_worker;

DROP INDEX payments_uninvoiced_idx;
ALTER TABLE payments DROP COLUMN invoiced_on, DROP COLUMN written_off_amount;
ALTER TABLE payment_transactions
    DROP CONSTRAINT payment_transactions_payment_id_check,
    DROP CONSTRAINT payment_transactions_kind_check,
    DROP COLUMN posted_on,
    DROP COLUMN relieved_tax,
    DROP COLUMN other_contract_id,
    ALTER COLUMN payment_id SET NOT NULL,
    ADD CONSTRAINT payment_transactions_kind_check
        CHECK (kind IN ('PAYMENT', 'REVERSAL', 'CREDIT', 'APPLIED', 'FREED', 'DEPOSIT_APPLIED', 'DEPOSIT_RETURNED'))
        NOT VALID;
