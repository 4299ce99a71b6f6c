-- Takes the credit notes' own series back. What has a number twice then is counted on, after all others.

DROP VIEW credited_invoices;
DROP INDEX invoices_series_key;

ALTER TABLE invoices DISABLE TRIGGER invoices_immutable;
CREATE POLICY fill_down ON invoices FOR ALL TO CURRENT_USER USING (true);
CREATE POLICY fill_down ON invoice_counters FOR ALL TO CURRENT_USER USING (true);
UPDATE invoices AS n SET number = again.number
FROM (
    SELECT t.id, (SELECT max(o.number) FROM invoices AS o WHERE o.owner_organization_id = t.owner_organization_id)
                 + row_number() OVER (PARTITION BY t.owner_organization_id ORDER BY t.number) AS number
    FROM invoices AS t
    WHERE t.kind = 'CREDIT_NOTE'
      AND EXISTS (SELECT FROM invoices AS o
                  WHERE o.owner_organization_id = t.owner_organization_id AND o.number = t.number AND o.id <> t.id)
) AS again
WHERE n.id = again.id;
UPDATE invoice_counters AS c SET last_number = its.number
FROM (SELECT owner_organization_id, max(number) AS number FROM invoices GROUP BY owner_organization_id) AS its
WHERE its.owner_organization_id = c.organization_id AND its.number > c.last_number;
DROP POLICY fill_down ON invoice_counters;
DROP POLICY fill_down ON invoices;
ALTER TABLE invoices ENABLE TRIGGER invoices_immutable;

ALTER TABLE invoice_counters DROP COLUMN last_credit_number;
ALTER TABLE invoices
    DROP COLUMN credits,
    ADD CONSTRAINT invoices_number_key UNIQUE (owner_organization_id, number);
ALTER TABLE payments DROP COLUMN corrected;
