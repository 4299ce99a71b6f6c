-- The books: months are closed, and everything that was invoiced, received or moved is an entry of a journal.

CREATE TABLE books (
    organization_id UUID NOT NULL,
    open_from DATE,
    accounts JSONB DEFAULT '{}'::jsonb NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT books_pkey PRIMARY KEY (organization_id),
    CONSTRAINT books_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT books_created_by_fkey FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT books_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT books_open_from_check CHECK (extract(day FROM open_from) = 1)
);

ALTER TABLE books ENABLE ROW LEVEL SECURITY;
ALTER TABLE books FORCE ROW LEVEL SECURITY;

GRANT SELECT ON books TO app_reader, app_user, app_worker;
GRANT INSERT ON books TO app_user;
GRANT UPDATE (open_from, accounts, updated_at, updated_by) ON books TO app_user;

CREATE POLICY read ON books FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON books FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON books FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON books FOR SELECT TO app_worker USING (true);

ALTER TABLE payment_transactions ADD COLUMN is_ahead BOOLEAN;
ALTER TABLE invoices ADD COLUMN posted_on DATE;

-- The day on which the owner's books have a document of that day: its own day if its month is open, else the first day of
-- the first open month. Until the transaction ends, nobody closes a month: who closes one waits for what is being posted
-- (shared/journal/periods.py), and what comes after it finds the month closed.
CREATE OR REPLACE FUNCTION app.posting_day(owner_organization_id uuid, document_day date) RETURNS date
LANGUAGE plpgsql
AS $$
DECLARE
    first_open date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('books ' || $1, 0));
    SELECT b.open_from INTO first_open FROM books AS b WHERE b.organization_id = $1;
    RETURN greatest($2, first_open);
END
$$;

REVOKE ALL ON FUNCTION app.posting_day(uuid, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.posting_day(uuid, date) TO app_user, app_worker;

-- A transaction is posted on the day of its document, unless it says otherwise or that month is closed. Whether it came
-- ahead of its payment's invoice is known now alone.
CREATE OR REPLACE FUNCTION app.set_posted() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.posted_on := app.posting_day(NEW.owner_organization_id, coalesce(NEW.posted_on, NEW.paid_date));
    NEW.is_ahead := (SELECT p.invoiced_on IS NULL FROM payments AS p WHERE p.id = NEW.payment_id);
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_posted() FROM PUBLIC;

CREATE OR REPLACE TRIGGER payment_transactions_posted BEFORE INSERT ON payment_transactions
    FOR EACH ROW EXECUTE FUNCTION app.set_posted();

-- An invoice or a credit note is posted on the day of its issue, unless that month is closed.
CREATE OR REPLACE FUNCTION app.set_invoice_posted() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.posted_on := app.posting_day(NEW.owner_organization_id, NEW.issued_on);
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_invoice_posted() FROM PUBLIC;

CREATE OR REPLACE TRIGGER invoices_posted BEFORE INSERT ON invoices
    FOR EACH ROW EXECUTE FUNCTION app.set_invoice_posted();

-- How much money a transaction of this kind brings in; below zero, how much goes out.
CREATE OR REPLACE FUNCTION app.received_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'PAYMENT' THEN $2
                   WHEN 'CREDIT' THEN $2
                   WHEN 'REFUND' THEN -$2
                   WHEN 'DEPOSIT_RETURNED' THEN -$2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.received_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.received_by(text, numeric) TO app_reader, app_user, app_worker;

-- The account that an invoice for this charge is credited to. A deposit is asked for and never earned.
CREATE OR REPLACE FUNCTION app.charged_to(charge text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'RENT' THEN 'RENT'
                   WHEN 'LATE_FEE' THEN 'LATE_INCOME'
                   WHEN 'INTEREST' THEN 'LATE_INCOME'
                   WHEN 'DEPOSIT' THEN 'DEPOSITS_ASKED' END
$$;

REVOKE ALL ON FUNCTION app.charged_to(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.charged_to(text) TO app_reader, app_user, app_worker;

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

-- The double entry of everything that was ever invoiced, credited, received or moved: one entry for each document, whose
-- debits and credits are equal on each of its days. `account` is the account's role. Both sides of a transfer of credit
-- or of a deposit are one entry, of what moved out.
--
-- Money and credit ahead of an invoice stay tenant credit until the invoice. What was settled when the invoice was issued
-- is in the invoice's own entry; money that was recorded later with a day before the invoice settles it on the invoice's
-- day. What earlier releases wrote does not say whether it was ahead of its invoice: ids ascend with time.
CREATE OR REPLACE VIEW journal_lines WITH (security_invoker = true) AS
SELECT i.id AS entry_id, i.owner_organization_id, i.contract_id, i.payment_id, i.currency, i.issued_on AS document_date,
       coalesce(i.posted_on, i.issued_on) AS posted_on, i.kind AS source,
       CASE i.kind WHEN 'INVOICE' THEN 'INV-' ELSE 'CN-' END
       || lpad(i.number::text, greatest(6, length(i.number::text)), '0') AS reference,
       line.place, line.account, greatest(line.amount, 0) AS debit, greatest(-line.amount, 0) AS credit
FROM invoices AS i
JOIN payments AS p ON p.id = i.payment_id
CROSS JOIN LATERAL (SELECT CASE i.kind WHEN 'INVOICE' THEN 1 ELSE -1 END AS sign) AS this
CROSS JOIN LATERAL (
    VALUES (1, 'RECEIVABLE', this.sign * i.total_amount),
           (2, app.charged_to(p.charge), -this.sign * i.net_amount),
           (3, 'TAX', -this.sign * i.tax_amount),
           (4, 'TENANT_CREDIT', i.paid_amount),
           (5, 'RECEIVABLE', -i.paid_amount)
) AS line (place, account, amount)
WHERE line.amount <> 0
UNION ALL
SELECT t.id, t.owner_organization_id, line.contract_id, t.payment_id, t.currency, t.paid_date, line.posted_on, t.kind,
       t.transaction_reference, line.place, line.account, greatest(line.amount, 0), greatest(-line.amount, 0)
FROM booked_transactions AS t
LEFT JOIN payments AS p ON p.id = t.payment_id
LEFT JOIN invoices AS i ON i.payment_id = t.payment_id AND i.kind = 'INVOICE'
CROSS JOIN LATERAL (
    SELECT coalesce(t.is_ahead, i.id IS NULL OR i.id > t.id) AS is_ahead,
           greatest(t.posted_on, coalesce(i.posted_on, i.issued_on)) AS settles_on,
           CASE WHEN p.charge = 'DEPOSIT' THEN t.settled ELSE 0 END AS of_deposit
) AS this
CROSS JOIN LATERAL (
    VALUES (1, 'BANK', t.contract_id, t.posted_on, t.received),
           (2, 'DEPOSITS_ASKED', t.contract_id, t.posted_on, this.of_deposit),
           (3, 'DEPOSITS_HELD', t.contract_id, t.posted_on, t.deposit_used - this.of_deposit),
           (4, CASE WHEN p.charge = 'DEPOSIT' THEN 'DEPOSITS_ASKED' ELSE 'BAD_DEBT' END, t.contract_id, t.posted_on,
            t.written_off - t.relieved_tax),
           (5, 'TAX', t.contract_id, t.posted_on, t.relieved_tax),
           (6, 'TENANT_CREDIT', t.contract_id, t.posted_on,
            -t.credit - CASE WHEN this.is_ahead OR this.settles_on > t.posted_on THEN t.settled ELSE 0 END),
           (7, 'RECEIVABLE', t.contract_id, t.posted_on, -t.written_off),
           (8, 'TENANT_CREDIT', t.contract_id, this.settles_on,
            CASE WHEN NOT this.is_ahead AND this.settles_on > t.posted_on THEN t.settled ELSE 0 END),
           (9, 'RECEIVABLE', t.contract_id, this.settles_on, CASE WHEN this.is_ahead THEN 0 ELSE -t.settled END),
           (10, 'TENANT_CREDIT', t.other_contract_id, t.posted_on,
            CASE WHEN t.original_kind = 'TRANSFER_OUT' THEN t.credit ELSE 0 END),
           (11, 'DEPOSITS_HELD', t.other_contract_id, t.posted_on,
            CASE WHEN t.original_kind = 'DEPOSIT_TRANSFER_OUT' THEN -t.deposit_used ELSE 0 END)
) AS line (place, account, contract_id, posted_on, amount)
WHERE t.original_kind NOT IN ('TRANSFER_IN', 'DEPOSIT_TRANSFER_IN') AND line.amount <> 0;

GRANT SELECT ON journal_lines TO app_reader, app_user, app_worker;
