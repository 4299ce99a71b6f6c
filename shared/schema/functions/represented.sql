-- The organizations that a broker acts for under valid mandates. A mandate's last day ends in UTC, since no building's
-- time zone applies to it.
CREATE OR REPLACE FUNCTION app.represented() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT CASE
        WHEN app.role() = 'BROKER' THEN ARRAY(
            SELECT m.client_organization_id
            FROM public.mandates AS m
            WHERE m.broker_id = app.user_id()
              AND m.revoked_at IS NULL
              AND (m.valid_until IS NULL OR m.valid_until >= app.today('UTC'))
        )
        ELSE '{}'
    END
$$;

REVOKE ALL ON FUNCTION app.represented() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.represented() TO app_reader, app_user, app_worker;
