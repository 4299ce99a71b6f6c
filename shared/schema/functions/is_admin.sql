-- Whether the caller may read and change everybody's rows.
CREATE OR REPLACE FUNCTION app.is_admin() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('app.role', true) = 'SUPER_ADMIN', false) $$;

REVOKE ALL ON FUNCTION app.is_admin() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.is_admin() TO app_reader, app_user, app_worker, app_auth;
