-- How full each building is, kept in the transaction that changes a space (decision 26 of the spec: by area).
-- What stands when the trigger comes is counted by 0007.

ALTER TABLE buildings
    ADD COLUMN total_spaces INTEGER DEFAULT 0 NOT NULL,
    ADD COLUMN listed_spaces INTEGER DEFAULT 0 NOT NULL,
    ADD COLUMN available_spaces INTEGER DEFAULT 0 NOT NULL,
    ADD COLUMN leasable_sqft NUMERIC(14, 2) DEFAULT 0 NOT NULL,
    ADD COLUMN occupied_sqft NUMERIC(14, 2) DEFAULT 0 NOT NULL,
    ADD CONSTRAINT buildings_occupancy_check CHECK (
        0 <= available_spaces AND available_spaces <= listed_spaces AND listed_spaces <= total_spaces
        AND 0 <= occupied_sqft AND occupied_sqft <= leasable_sqft
    ) NOT VALID;

-- The trigger acts as the schema's owner, whom FORCE binds too: a saga step may not change buildings.
CREATE POLICY definer ON buildings FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_count ON buildings FOR UPDATE TO CURRENT_USER USING (true);

-- Counts these buildings anew. The lock comes first, in a statement of its own: the count's snapshot is then
-- later than the commit of whoever held the lock before, and sees its spaces.
-- Everybody locks spaces before their building, so that no two wait crosswise.
CREATE FUNCTION app.count_buildings(ids uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    PERFORM FROM public.buildings AS b WHERE b.id = ANY (ids) ORDER BY b.id FOR NO KEY UPDATE;

    UPDATE public.buildings AS b
    SET total_spaces = n.total_spaces,
        listed_spaces = n.listed_spaces,
        available_spaces = n.available_spaces,
        leasable_sqft = n.leasable_sqft,
        occupied_sqft = n.occupied_sqft
    FROM (
        SELECT place.id,
               count(s.id) AS total_spaces,
               count(s.id) FILTER (WHERE s.is_leasable) AS listed_spaces,
               count(s.id) FILTER (WHERE s.is_leasable AND s.availability_status = 'AVAILABLE') AS available_spaces,
               coalesce(sum(s.gross_sqft) FILTER (WHERE s.is_leasable), 0) AS leasable_sqft,
               coalesce(sum(s.gross_sqft) FILTER (
                   WHERE s.is_leasable AND s.availability_status = 'OCCUPIED'), 0) AS occupied_sqft
        FROM unnest(ids) AS place (id)
        LEFT JOIN public.spaces AS s ON s.building_id = place.id AND s.deleted_at IS NULL
        GROUP BY place.id
    ) AS n
    WHERE b.id = n.id
      AND (b.total_spaces, b.listed_spaces, b.available_spaces, b.leasable_sqft, b.occupied_sqft)
          IS DISTINCT FROM
          (n.total_spaces, n.listed_spaces, n.available_spaces, n.leasable_sqft, n.occupied_sqft);
END
$$;
REVOKE ALL ON FUNCTION app.count_buildings(uuid[]) FROM PUBLIC;

CREATE FUNCTION app.count_spaces() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    PERFORM app.count_buildings(ARRAY(SELECT DISTINCT t.building_id FROM touched AS t));
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.count_spaces() FROM PUBLIC;

-- A space never moves to another building, so its new row alone says which one to count.
CREATE TRIGGER spaces_counted_when_added AFTER INSERT ON spaces
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.count_spaces();
CREATE TRIGGER spaces_counted_when_changed AFTER UPDATE ON spaces
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.count_spaces();
CREATE TRIGGER spaces_counted_when_gone AFTER DELETE ON spaces
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.count_spaces();

-- Nobody but the trigger writes the counters, nobody gives a building or a space away.
REVOKE INSERT, UPDATE ON buildings FROM app_user;
GRANT INSERT (
    id, owner_organization_id, owner_id, name, address, latitude, longitude, timezone, category, external_id,
    total_floors, amenities, created_at, updated_at, created_by, updated_by
) ON buildings TO app_user;
GRANT UPDATE (
    name, address, latitude, longitude, timezone, category, external_id, total_floors, amenities, updated_at,
    updated_by, deleted_at
) ON buildings TO app_user;
REVOKE UPDATE ON spaces FROM app_user;
GRANT UPDATE (
    name, gross_sqft, usable_sqft, usage_type, is_leasable, base_price_monthly, currency, availability_status,
    external_id, amenities, images, updated_at, updated_by, deleted_at
) ON spaces TO app_user;
