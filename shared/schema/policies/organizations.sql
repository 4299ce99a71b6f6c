-- People read their own organization, and change what its documents say of it.

ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organizations FORCE ROW LEVEL SECURITY;

GRANT SELECT ON organizations TO app_reader, app_user, app_worker;
GRANT SELECT, INSERT, UPDATE ON organizations TO app_auth;
GRANT UPDATE (
    name, legal_name, address, tax_id, logo_url, signature_provider, requires_authorization, complete_parties,
    bank_accounts, country_code, maintenance_hours, updated_at
) ON organizations TO app_user;

-- Tenants of imported leases who have no account yet.
GRANT INSERT (id, name) ON organizations TO app_worker;

CREATE POLICY read ON organizations FOR SELECT TO app_reader, app_user
    USING (id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY change ON organizations FOR UPDATE TO app_user
    USING (id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON organizations FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON organizations FOR ALL TO app_auth USING (true);

-- For app.letterheads() and similar functions, and app.close_organization().
CREATE POLICY definer ON organizations FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_close ON organizations FOR UPDATE TO CURRENT_USER USING (true);
