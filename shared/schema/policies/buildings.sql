-- What is listed is public to whoever has a role, ANONYMOUS included; the owner also sees what it has deleted, because
-- its contracts still name it. Nobody but a trigger writes the counters, and nobody gives a building away.

ALTER TABLE buildings ENABLE ROW LEVEL SECURITY;
ALTER TABLE buildings FORCE ROW LEVEL SECURITY;

GRANT SELECT ON buildings TO app_reader, app_user, app_worker;
GRANT INSERT (
    id, owner_organization_id, owner_id, name, address, latitude, longitude, timezone, category, external_id,
    total_floors, amenities, country_code, created_at, updated_at, created_by, updated_by
) ON buildings TO app_user;
GRANT UPDATE (
    name, address, latitude, longitude, timezone, category, external_id, total_floors, amenities,
    country_code, updated_at, updated_by, deleted_at
) ON buildings TO app_user;
-- Imports write as the platform.
GRANT INSERT (
    id, owner_organization_id, owner_id, name, address, latitude, longitude, timezone, category, external_id,
    total_floors, amenities, country_code, created_at, updated_at, created_by, updated_by
) ON buildings TO app_worker;
GRANT UPDATE (
    name, address, latitude, longitude, timezone, total_floors, country_code, updated_at, updated_by
) ON buildings TO app_worker;

CREATE POLICY read ON buildings FOR SELECT TO app_reader, app_user
    USING ((deleted_at IS NULL AND (SELECT app.role()) IS NOT NULL)
        OR owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON buildings FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON buildings FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON buildings FOR ALL TO app_worker USING (true);

-- For the functions that count a building's spaces, or hand it over when somebody leaves: permission to change a space
-- does not include its building.
CREATE POLICY definer ON buildings FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_count ON buildings FOR UPDATE TO CURRENT_USER USING (true);
