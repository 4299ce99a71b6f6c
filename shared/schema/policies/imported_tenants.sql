-- Nobody reads who was imported by which address: a report never says whether it is known.

ALTER TABLE imported_tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE imported_tenants FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON imported_tenants TO app_worker;
GRANT SELECT ON imported_tenants TO app_auth;
GRANT UPDATE (claimed_by, claimed_at) ON imported_tenants TO app_auth;

CREATE POLICY worker ON imported_tenants FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON imported_tenants FOR ALL TO app_auth USING (true);

-- For app.claim_leases(), and for app.refuse_change() below it.
CREATE POLICY definer ON imported_tenants FOR SELECT TO CURRENT_USER USING (true);
