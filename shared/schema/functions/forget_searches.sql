-- Favorites and saved searches are deleted with the account, in whichever way it ends.
CREATE OR REPLACE FUNCTION app.forget_searches() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    DELETE FROM public.favorites AS f WHERE f.user_id = NEW.id;
    DELETE FROM public.saved_searches AS s WHERE s.user_id = NEW.id;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION app.forget_searches() FROM PUBLIC;

CREATE OR REPLACE TRIGGER users_forgotten AFTER UPDATE OF deleted_at ON users
    FOR EACH ROW WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION app.forget_searches();
