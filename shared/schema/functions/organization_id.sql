-- The caller's organization; NULL without one.
CREATE OR REPLACE FUNCTION app.organization_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.organization_id', true), '')::uuid $$;

REVOKE ALL ON FUNCTION app.organization_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.organization_id() TO app_reader, app_user, app_worker, app_auth;
