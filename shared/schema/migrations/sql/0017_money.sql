-- What is owed of a payment, what of its transactions stands, and its state on a day: each is said once from here on.

ALTER TABLE payments
    ADD COLUMN owed NUMERIC(12, 2),
    ADD CONSTRAINT payments_owed_check CHECK (owed IS NOT NULL) NOT VALID;

-- What is owed of a payment, paid or not: what it asks for, less what credit notes took off. Nothing is owed of one that
-- is cancelled. This is its only definition: whatever else comes to lower a debt is subtracted here.
CREATE FUNCTION app.set_owed() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.owed := CASE WHEN NEW.status = 'CANCELLED' THEN 0
                     ELSE NEW.amount + NEW.tax_amount - NEW.credited_amount - NEW.credited_tax END;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_owed() FROM PUBLIC;

CREATE TRIGGER payments_owed BEFORE INSERT OR UPDATE ON payments
    FOR EACH ROW EXECUTE FUNCTION app.set_owed();

-- FORCE binds the owner too, which on Aurora is no superuser: while this migration runs it may fill its column in.
CREATE POLICY fill_owed ON payments FOR ALL TO CURRENT_USER USING (true);

-- The state of a payment on a day: of what is owed, so much is paid. `status` says only whether it was cancelled.
CREATE FUNCTION app.payment_state(status text, owed numeric, paid numeric, due_date date, today date)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN $1 = 'CANCELLED' THEN 'CANCELLED'
                WHEN $3 = $2 THEN 'PAID'
                WHEN $4 > $5 THEN 'SCHEDULED'
                WHEN $4 = $5 THEN 'DUE'
                ELSE 'OVERDUE' END
$$;

REVOKE ALL ON FUNCTION app.payment_state(text, numeric, numeric, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.payment_state(text, numeric, numeric, date, date) TO app_reader, app_user, app_worker;

-- How much of its payment a transaction of this kind settles.
CREATE FUNCTION app.settled_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'PAYMENT' THEN $2
                   WHEN 'APPLIED' THEN $2
                   WHEN 'FREED' THEN -$2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.settled_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.settled_by(text, numeric) TO app_reader, app_user, app_worker;

-- How much a transaction of this kind adds to the credit that its contract has left.
CREATE FUNCTION app.credited_by(kind text, amount numeric) RETURNS numeric
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

-- How much of a deposit a transaction of this kind uses up: it is applied to the balance, or returned.
CREATE FUNCTION app.deposit_used_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'DEPOSIT_APPLIED' THEN $2
                   WHEN 'DEPOSIT_RETURNED' THEN $2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.deposit_used_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.deposit_used_by(text, numeric) TO app_reader, app_user, app_worker;

-- The transactions that stand: no reversal, and none that was reversed. Each with what it settles of its payment, what it
-- adds to its contract's credit, and what it uses up of its deposit.
CREATE VIEW standing_transactions WITH (security_invoker = true) AS
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
CREATE VIEW booked_transactions WITH (security_invoker = true) AS
SELECT t.id, t.payment_id, t.contract_id, t.kind, coalesce(o.kind, t.kind) AS original_kind, t.amount, t.paid_date,
       t.transaction_reference, t.created_at,
       app.settled_by(coalesce(o.kind, t.kind), CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END)
           AS settled,
       app.deposit_used_by(coalesce(o.kind, t.kind), CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END)
           AS deposit_used
FROM payment_transactions AS t
LEFT JOIN payment_transactions AS o ON o.id = t.reverses_id;

GRANT SELECT ON booked_transactions TO app_reader, app_user, app_worker;
