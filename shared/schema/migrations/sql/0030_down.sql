-- Takes tax codes back, with the parts of taxes; what was charged stays.

DROP VIEW credited_invoices;

-- Each invoice that a credit note credits, with how much of it. A note without a list of its own is for one invoice.
CREATE OR REPLACE VIEW credited_invoices WITH (security_invoker = true) AS
SELECT n.id AS note_id, n.contract_id, n.issued_on, c.invoice_id, c.payment_id, c.number, c.invoiced_on, c.net, c.tax
FROM invoices AS n
CROSS JOIN LATERAL (
    SELECT i.id AS invoice_id, i.payment_id, i.number, i.issued_on AS invoiced_on, n.net_amount AS net,
           n.tax_amount AS tax
    FROM invoices AS i
    WHERE n.credits IS NULL AND i.id = n.credits_invoice_id
    UNION ALL
    SELECT o.invoice_id, o.payment_id, o.number, o.issued_on, o.net, o.tax
    FROM jsonb_to_recordset(n.credits)
        AS o (invoice_id uuid, payment_id uuid, number integer, issued_on date, net numeric, tax numeric)
) AS c
WHERE n.kind = 'CREDIT_NOTE';

GRANT SELECT ON credited_invoices TO app_reader, app_user, app_worker;

DROP INDEX contracts_taxed_idx;
ALTER TABLE payments DROP COLUMN taxes;
ALTER TABLE invoices DROP COLUMN taxes, DROP COLUMN corrects;
ALTER TABLE contracts DROP COLUMN tax_versions;
DROP TABLE tax_codes;
