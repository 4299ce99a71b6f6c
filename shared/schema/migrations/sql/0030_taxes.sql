-- Tax codes: what a lease's charges are taxed by, over time; the parts of a payment's tax, and of its documents'.

CREATE TABLE tax_codes (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    code VARCHAR(32) NOT NULL,
    category TEXT NOT NULL,
    reason TEXT,
    rates JSONB NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT tax_codes_pkey PRIMARY KEY (id),
    CONSTRAINT tax_codes_category_check CHECK (category IN ('STANDARD', 'ZERO', 'EXEMPT', 'REVERSE')),
    CONSTRAINT tax_codes_version_check CHECK (version > 0),
    CONSTRAINT tax_codes_code_key UNIQUE (organization_id, code),
    CONSTRAINT tax_codes_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT tax_codes_created_by_fkey FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT tax_codes_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES users (id) ON DELETE RESTRICT
);

ALTER TABLE tax_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE tax_codes FORCE ROW LEVEL SECURITY;

GRANT SELECT ON tax_codes TO app_reader, app_worker;
GRANT SELECT, INSERT ON tax_codes TO app_user;
GRANT UPDATE (category, reason, rates, version, updated_at, updated_by) ON tax_codes TO app_user;

-- A bidder may name one, and both sides' invoices print it.
CREATE POLICY read ON tax_codes FOR SELECT TO app_reader, app_user
    USING ((SELECT app.user_id()) IS NOT NULL OR (SELECT app.reads_all()));

CREATE POLICY add ON tax_codes FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON tax_codes FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON tax_codes FOR SELECT TO app_worker USING (true);

ALTER TABLE payments ADD COLUMN taxes JSONB;
ALTER TABLE invoices ADD COLUMN taxes JSONB, ADD COLUMN corrects JSONB;
ALTER TABLE contracts ADD COLUMN tax_versions JSONB;

-- Each invoice that a credit note credits, with how much of it. A note without a list of its own is for one invoice.
CREATE OR REPLACE VIEW credited_invoices WITH (security_invoker = true) AS
SELECT n.id AS note_id, n.contract_id, n.issued_on, c.invoice_id, c.payment_id, c.number, c.invoiced_on, c.net, c.tax,
       c.taxes
FROM invoices AS n
CROSS JOIN LATERAL (
    SELECT i.id AS invoice_id, i.payment_id, i.number, i.issued_on AS invoiced_on, n.net_amount AS net,
           n.tax_amount AS tax, n.taxes
    FROM invoices AS i
    WHERE n.credits IS NULL AND i.id = n.credits_invoice_id
    UNION ALL
    SELECT o.invoice_id, o.payment_id, o.number, o.issued_on, o.net, o.tax, o.taxes
    FROM jsonb_to_recordset(n.credits)
        AS o (invoice_id uuid, payment_id uuid, number integer, issued_on date, net numeric, tax numeric,
              taxes jsonb)
) AS c
WHERE n.kind = 'CREDIT_NOTE';

GRANT SELECT ON credited_invoices TO app_reader, app_user, app_worker;
