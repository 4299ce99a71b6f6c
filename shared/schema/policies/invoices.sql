-- Both sides read invoices, the creditor's issues them; none changes.

ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoices FORCE ROW LEVEL SECURITY;

GRANT SELECT ON invoices TO app_reader;
GRANT SELECT, INSERT ON invoices TO app_user, app_worker;

-- Either side's organization reads.
CREATE POLICY read ON invoices FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- A broker reads its clients' money.
CREATE POLICY represent ON invoices FOR SELECT TO app_reader, app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

-- Only the creditor's side issues them.
CREATE POLICY add ON invoices FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON invoices FOR ALL TO app_worker USING (true);

-- For app.claim_leases(), which moves one tenant's only.
CREATE POLICY definer_claim ON invoices FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON invoices FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);
