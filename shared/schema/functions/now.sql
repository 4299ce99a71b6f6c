-- Due, overdue, start, expiry and holds read this clock; tokens and sessions read now().
CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT now() + make_interval(hours => 24 * (SELECT offset_days FROM app.clock)) $$;

REVOKE ALL ON FUNCTION app.now() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.now() TO app_reader, app_user, app_worker, app_auth;
