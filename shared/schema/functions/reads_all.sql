-- Whether the caller may read everybody's rows.
CREATE OR REPLACE FUNCTION app.reads_all() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('app.role', true) IN ('SUPER_ADMIN', 'SUPPORT'), false) $$;

REVOKE ALL ON FUNCTION app.reads_all() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.reads_all() TO app_reader, app_user, app_worker, app_auth;
