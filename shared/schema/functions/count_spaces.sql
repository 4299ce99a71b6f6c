-- Counts the buildings of the spaces that a statement has changed (docs/decisions/0009-a-trigger-counts-spaces.md).
CREATE OR REPLACE FUNCTION app.count_spaces() RETURNS trigger
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
CREATE OR REPLACE TRIGGER spaces_counted_when_added AFTER INSERT ON spaces
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.count_spaces();
CREATE OR REPLACE TRIGGER spaces_counted_when_changed AFTER UPDATE ON spaces
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.count_spaces();
CREATE OR REPLACE TRIGGER spaces_counted_when_gone AFTER DELETE ON spaces
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.count_spaces();
