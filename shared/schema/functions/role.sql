-- The caller's role; NULL without a caller.
CREATE OR REPLACE FUNCTION app.role() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.role', true), '') $$;

REVOKE ALL ON FUNCTION app.role() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.role() TO app_reader, app_user, app_worker, app_auth;
