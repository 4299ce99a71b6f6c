-- The caller; NULL without one.
CREATE OR REPLACE FUNCTION app.user_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;

REVOKE ALL ON FUNCTION app.user_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.user_id() TO app_reader, app_user, app_worker, app_auth;
