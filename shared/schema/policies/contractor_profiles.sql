-- One organization's own; owners see of it what app.contractors() says.

ALTER TABLE contractor_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE contractor_profiles FORCE ROW LEVEL SECURITY;

GRANT SELECT ON contractor_profiles TO app_reader, app_worker;
GRANT SELECT, INSERT ON contractor_profiles TO app_user;
GRANT UPDATE (
    trades, service_area, license_number, insurance_document_id, insurance_expires_on, updated_at, updated_by
) ON contractor_profiles TO app_user;

CREATE POLICY read ON contractor_profiles FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON contractor_profiles FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()));

CREATE POLICY change ON contractor_profiles FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()));

CREATE POLICY worker ON contractor_profiles FOR SELECT TO app_worker USING (true);

-- For app.contractors().
CREATE POLICY definer ON contractor_profiles FOR SELECT TO CURRENT_USER USING (true);
