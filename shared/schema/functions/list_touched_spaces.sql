-- Updates the listings of the spaces that a statement has changed. A transaction that changes a building holds its
-- lock, and one that changes a space has it from app.count_buildings, whose trigger runs first because of its name: so
-- listings are locked last, and nobody reads a name that is being changed.
CREATE OR REPLACE FUNCTION app.list_touched_spaces() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    PERFORM app.list_spaces(ARRAY(SELECT t.id FROM touched AS t ORDER BY t.id));
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION app.list_touched_spaces() FROM PUBLIC;

CREATE OR REPLACE TRIGGER spaces_listed_when_added AFTER INSERT ON spaces
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.list_touched_spaces();
CREATE OR REPLACE TRIGGER spaces_listed_when_changed AFTER UPDATE ON spaces
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.list_touched_spaces();
CREATE OR REPLACE TRIGGER spaces_listed_when_gone AFTER DELETE ON spaces
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.list_touched_spaces();
