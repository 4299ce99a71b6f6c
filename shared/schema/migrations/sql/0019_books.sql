-- Books that tie out: a payment knows the day of its invoice and what was written off of it; credit may be paid out, and
-- move to another contract; a transaction has its day in the books.

ALTER TABLE payments
    ADD COLUMN invoiced_on DATE,
    ADD COLUMN written_off_amount NUMERIC(12, 2) NOT NULL DEFAULT '0';

ALTER TABLE payment_transactions
    ALTER COLUMN payment_id DROP NOT NULL,
    ADD COLUMN posted_on DATE,
    ADD COLUMN relieved_tax NUMERIC(12, 2),
    ADD COLUMN other_contract_id UUID,
    ADD CONSTRAINT payment_transactions_other_contract_id_fkey
        FOREIGN KEY (other_contract_id) REFERENCES contracts (id) ON DELETE RESTRICT NOT VALID,
    ADD CONSTRAINT payment_transactions_payment_id_check
        CHECK (payment_id IS NOT NULL OR kind IN ('REFUND', 'TRANSFER_OUT', 'TRANSFER_IN', 'REVERSAL')) NOT VALID,
    DROP CONSTRAINT payment_transactions_kind_check,
    ADD CONSTRAINT payment_transactions_kind_check
        CHECK (kind IN ('PAYMENT', 'REVERSAL', 'CREDIT', 'APPLIED', 'FREED', 'DEPOSIT_APPLIED', 'DEPOSIT_RETURNED',
                        'WRITE_OFF', 'REFUND', 'TRANSFER_OUT', 'TRANSFER_IN')) NOT VALID;

GRANT UPDATE (invoiced_on, written_off_amount) ON payments TO app_user;

-- FORCE binds the owner too, which on Aurora is no superuser: while this migration runs it may fill its column in.
CREATE POLICY fill_invoiced ON payments FOR ALL TO CURRENT_USER USING (true);
CREATE POLICY fill_invoiced ON invoices FOR SELECT TO CURRENT_USER USING (true);

-- What is owed of a payment, paid or not: what it asks for, less what credit notes took off and what was written off.
-- Nothing is owed of one that is cancelled. This is its only definition: whatever else comes to lower a debt is
-- subtracted here.
CREATE OR REPLACE FUNCTION app.set_owed() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.owed := CASE WHEN NEW.status = 'CANCELLED' THEN 0
                     ELSE NEW.amount + NEW.tax_amount - NEW.credited_amount - NEW.credited_tax
                          - NEW.written_off_amount END;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_owed() FROM PUBLIC;

-- A payment knows the day on which it was invoiced: the day jobs find the others by an index.
CREATE OR REPLACE FUNCTION app.mark_invoiced() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE payments AS p SET invoiced_on = NEW.issued_on WHERE p.id = NEW.payment_id;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION app.mark_invoiced() FROM PUBLIC;

CREATE OR REPLACE TRIGGER invoices_mark AFTER INSERT ON invoices
    FOR EACH ROW WHEN (NEW.kind = 'INVOICE') EXECUTE FUNCTION app.mark_invoiced();

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

-- How much of its payment a transaction of this kind writes off: that much is no longer expected to come.
CREATE OR REPLACE FUNCTION app.written_off_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'WRITE_OFF' THEN $2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.written_off_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.written_off_by(text, numeric) TO app_reader, app_user, app_worker;

-- How much a transaction of this kind adds to what the client owes on the contract's ledger. Credit that moves within the
-- contract changes nothing there, and a deposit that is returned was never the owner's.
CREATE OR REPLACE FUNCTION app.charged_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'PAYMENT' THEN -$2
                   WHEN 'CREDIT' THEN -$2
                   WHEN 'DEPOSIT_APPLIED' THEN -$2
                   WHEN 'WRITE_OFF' THEN -$2
                   WHEN 'TRANSFER_IN' THEN -$2
                   WHEN 'TRANSFER_OUT' THEN $2
                   WHEN 'REFUND' THEN $2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.charged_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.charged_by(text, numeric) TO app_reader, app_user, app_worker;

-- How much a transaction of this kind adds to the credit that its contract has left.
CREATE OR REPLACE FUNCTION app.credited_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'CREDIT' THEN $2
                   WHEN 'FREED' THEN $2
                   WHEN 'DEPOSIT_APPLIED' THEN $2
                   WHEN 'TRANSFER_IN' THEN $2
                   WHEN 'TRANSFER_OUT' THEN -$2
                   WHEN 'REFUND' THEN -$2
                   WHEN 'APPLIED' THEN -$2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.credited_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.credited_by(text, numeric) TO app_reader, app_user, app_worker;

-- The transactions that stand: no reversal, and none that was reversed. Each with what it settles of its payment, what it
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

-- Every transaction with what it changed on its own day: a reversal takes back what the reversed one did. Up to a day,
-- these add up to what stood on that day. `original_kind` is the kind of what was booked, or taken back; `charged` is what
-- it adds to what the client owes on the ledger.
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
