-- Takes the third migration back; what the counters said can be counted again.

REVOKE INSERT (
    id, owner_organization_id, owner_id, name, address, latitude, longitude, timezone, category, external_id,
    total_floors, amenities, created_at, updated_at, created_by, updated_by
) ON buildings FROM app_user;
REVOKE UPDATE (
    name, address, latitude, longitude, timezone, category, external_id, total_floors, amenities, updated_at,
    updated_by, deleted_at
) ON buildings FROM app_user;
GRANT INSERT, UPDATE ON buildings TO app_user;
REVOKE UPDATE (
    name, gross_sqft, usable_sqft, usage_type, is_leasable, base_price_monthly, currency, availability_status,
    external_id, amenities, images, updated_at, updated_by, deleted_at
) ON spaces FROM app_user;
GRANT UPDATE ON spaces TO app_user;

DROP TRIGGER spaces_counted_when_added ON spaces;
DROP TRIGGER spaces_counted_when_changed ON spaces;
DROP TRIGGER spaces_counted_when_gone ON spaces;
DROP FUNCTION app.count_spaces();
DROP FUNCTION app.count_buildings(uuid[]);
DROP POLICY definer_count ON buildings;
DROP POLICY definer ON buildings;
ALTER TABLE buildings
    DROP CONSTRAINT buildings_occupancy_check,
    DROP COLUMN total_spaces,
    DROP COLUMN listed_spaces,
    DROP COLUMN available_spaces,
    DROP COLUMN leasable_sqft,
    DROP COLUMN occupied_sqft;
