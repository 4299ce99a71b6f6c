-- What is listed is public to whoever has a role, ANONYMOUS included; the owner also sees what is not listed, and what
-- it has deleted, because its contracts still name it.

ALTER TABLE spaces ENABLE ROW LEVEL SECURITY;
ALTER TABLE spaces FORCE ROW LEVEL SECURITY;

GRANT SELECT ON spaces TO app_reader;
GRANT SELECT, INSERT ON spaces TO app_user;
GRANT SELECT, INSERT, UPDATE ON spaces TO app_worker;
GRANT UPDATE (
    name, gross_sqft, usable_sqft, usage_type, is_leasable, base_price_monthly, currency, availability_status,
    external_id, amenities, images, updated_at, updated_by, deleted_at
) ON spaces TO app_user;

CREATE POLICY read ON spaces FOR SELECT TO app_reader, app_user
    USING ((is_leasable AND deleted_at IS NULL AND (SELECT app.role()) IS NOT NULL)
        OR owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON spaces FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON spaces FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON spaces FOR ALL TO app_worker USING (true);

-- For app.lock_space(), app.hold_space() and whatever counts and lists spaces.
CREATE POLICY definer ON spaces FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_hold ON spaces FOR UPDATE TO CURRENT_USER USING (true);
