-- The business day in a time zone, which is the building's.
CREATE OR REPLACE FUNCTION app.today(tz text) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT (app.now() AT TIME ZONE $1)::date $$;

REVOKE ALL ON FUNCTION app.today(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.today(text) TO app_reader, app_user, app_worker, app_auth;
