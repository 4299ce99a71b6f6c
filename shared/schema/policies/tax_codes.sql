-- Everybody signed in may read what leases are taxed by; the owner's organization keeps it.

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
