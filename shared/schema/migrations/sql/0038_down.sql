-- Takes the thirty-eighth migration back. What was reclaimed stays; rows that are there are not looked at again.

ALTER TABLE payments
    DROP CONSTRAINT payments_charge_check,
    ADD CONSTRAINT payments_charge_check CHECK (charge IN ('RENT', 'DEPOSIT', 'LATE_FEE', 'INTEREST', 'OPENING_BALANCE')) NOT VALID;
ALTER TABLE payment_transactions
    DROP CONSTRAINT payment_transactions_kind_check,
    ADD CONSTRAINT payment_transactions_kind_check CHECK (kind IN (
        'PAYMENT', 'REVERSAL', 'CREDIT', 'APPLIED', 'FREED', 'DEPOSIT_APPLIED', 'DEPOSIT_RETURNED', 'WRITE_OFF', 'REFUND',
        'TRANSFER_OUT', 'TRANSFER_IN', 'DEPOSIT_TRANSFER_OUT', 'DEPOSIT_TRANSFER_IN', 'OPENING_BALANCE', 'OPENING_CHARGE',
        'OPENING_CREDIT', 'OPENING_FREED')) NOT VALID;

-- How much a transaction of this kind adds to its contract's remaining credit.
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
                   WHEN 'OPENING_CREDIT' THEN $2
                   WHEN 'OPENING_FREED' THEN $2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.credited_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.credited_by(text, numeric) TO app_reader, app_user, app_worker;

-- The account that an invoice for this charge is credited to. A deposit is asked for and never earned.
CREATE OR REPLACE FUNCTION app.charged_to(charge text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'RENT' THEN 'RENT'
                   WHEN 'LATE_FEE' THEN 'LATE_INCOME'
                   WHEN 'INTEREST' THEN 'LATE_INCOME'
                   WHEN 'DEPOSIT' THEN 'DEPOSITS_ASKED'
                   WHEN 'OPENING_BALANCE' THEN 'OPENING_BALANCE' END
$$;

REVOKE ALL ON FUNCTION app.charged_to(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.charged_to(text) TO app_reader, app_user, app_worker;

-- The double entry of everything that was ever invoiced, credited, received or moved: one entry for each document, whose
-- debits and credits are equal on each of its days. `account` is the account's role. Both sides of a transfer of credit
-- or of a deposit are one entry, of what moved out.
--
-- Money and credit ahead of an invoice stay tenant credit until the invoice. What was settled when the invoice was issued
-- is in the invoice's own entry; money that was recorded later with a day before the invoice settles it on the invoice's
-- day. What earlier releases wrote does not say whether it was ahead of its invoice: ids ascend with time.
--
-- What was owed, was credit or was held as a deposit before an import is booked against the opening balance. The rent that
-- was paid before is in the books of before, and in none of ours.
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
           CASE WHEN t.original_kind IN ('OPENING_BALANCE', 'OPENING_FREED') THEN 0 ELSE t.settled END AS settled,
           CASE WHEN p.charge = 'DEPOSIT' THEN t.settled ELSE 0 END AS of_deposit
) AS this
CROSS JOIN LATERAL (
    VALUES (1, 'BANK', t.contract_id, t.posted_on, t.received),
           (2, CASE t.original_kind WHEN 'OPENING_BALANCE' THEN 'OPENING_BALANCE' ELSE 'DEPOSITS_ASKED' END, t.contract_id,
            t.posted_on, this.of_deposit),
           (3, 'DEPOSITS_HELD', t.contract_id, t.posted_on, t.deposit_used - this.of_deposit),
           (4, CASE WHEN p.charge = 'DEPOSIT' THEN 'DEPOSITS_ASKED' ELSE 'BAD_DEBT' END, t.contract_id, t.posted_on,
            t.written_off - t.relieved_tax),
           (5, 'TAX', t.contract_id, t.posted_on, t.relieved_tax),
           (6, 'TENANT_CREDIT', t.contract_id, t.posted_on,
            -t.credit - CASE WHEN this.is_ahead OR this.settles_on > t.posted_on THEN this.settled ELSE 0 END),
           (7, 'RECEIVABLE', t.contract_id, t.posted_on, -t.written_off),
           (8, 'TENANT_CREDIT', t.contract_id, this.settles_on,
            CASE WHEN NOT this.is_ahead AND this.settles_on > t.posted_on THEN this.settled ELSE 0 END),
           (9, 'RECEIVABLE', t.contract_id, this.settles_on, CASE WHEN this.is_ahead THEN 0 ELSE -this.settled END),
           (10, 'TENANT_CREDIT', t.other_contract_id, t.posted_on,
            CASE WHEN t.original_kind = 'TRANSFER_OUT' THEN t.credit ELSE 0 END),
           (11, 'DEPOSITS_HELD', t.other_contract_id, t.posted_on,
            CASE WHEN t.original_kind = 'DEPOSIT_TRANSFER_OUT' THEN -t.deposit_used ELSE 0 END),
           (12, 'RECEIVABLE', t.contract_id, t.posted_on,
            CASE WHEN t.original_kind = 'OPENING_CHARGE' THEN t.charged ELSE 0 END),
           (13, 'OPENING_BALANCE', t.contract_id, t.posted_on,
            CASE WHEN t.original_kind IN ('OPENING_CHARGE', 'OPENING_CREDIT', 'OPENING_FREED') THEN -t.charged ELSE 0 END)
) AS line (place, account, contract_id, posted_on, amount)
WHERE t.original_kind NOT IN ('TRANSFER_IN', 'DEPOSIT_TRANSFER_IN') AND line.amount <> 0;

GRANT SELECT ON journal_lines TO app_reader, app_user, app_worker;

DROP POLICY reclaim ON payments;
REVOKE INSERT (
    id, contract_id, owner_organization_id, client_organization_id, payer_id, charge, period_start, amount, currency, due_date,
    explanation, invoiced_elsewhere, invoiced_on
) ON payments FROM app_user;
REVOKE UPDATE (taxes, tax_amount) ON payments FROM app_user;
