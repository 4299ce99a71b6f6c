-- Within how many hours an organization's tickets are due, by priority; null for the platform's own. A tenant who reopens one
-- may not read the owner's organization.
CREATE OR REPLACE FUNCTION app.maintenance_hours(organization_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT o.maintenance_hours FROM public.organizations AS o WHERE o.id = $1 AND app.role() IS NOT NULL
$$;

REVOKE ALL ON FUNCTION app.maintenance_hours(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.maintenance_hours(uuid) TO app_user;
