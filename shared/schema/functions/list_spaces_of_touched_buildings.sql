-- Updates the listings of all spaces whose building has a new name, address or location, or was deleted.
CREATE OR REPLACE FUNCTION app.list_spaces_of_touched_buildings() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    changed uuid[] := ARRAY(
        SELECT t.id FROM touched AS t JOIN was AS w ON w.id = t.id
        WHERE (t.name, t.address, t.latitude, t.longitude, t.deleted_at)
              IS DISTINCT FROM (w.name, w.address, w.latitude, w.longitude, w.deleted_at));
BEGIN
    IF changed <> '{}' THEN
        PERFORM app.list_spaces(ARRAY(SELECT s.id FROM public.spaces AS s WHERE s.building_id = ANY (changed)
                                      ORDER BY s.id));
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION app.list_spaces_of_touched_buildings() FROM PUBLIC;

CREATE OR REPLACE TRIGGER buildings_listed_when_changed AFTER UPDATE ON buildings
    REFERENCING OLD TABLE AS was NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.list_spaces_of_touched_buildings();
