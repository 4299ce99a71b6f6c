-- Whether an organization has anything to manage besides this one user; for administrators.
CREATE OR REPLACE FUNCTION app.has_something(organization_id uuid, besides uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT app.is_admin() AND (
        EXISTS (SELECT FROM public.users AS u
                WHERE u.organization_id = $1 AND u.id <> $2 AND u.deleted_at IS NULL)
        OR EXISTS (SELECT FROM public.buildings AS b WHERE b.owner_organization_id = $1 AND b.deleted_at IS NULL)
        OR EXISTS (SELECT FROM public.bids AS b WHERE $1 IN (b.owner_organization_id, b.client_organization_id))
        OR EXISTS (SELECT FROM public.contracts AS c
                   WHERE $1 IN (c.owner_organization_id, c.client_organization_id))
    )
$$;

REVOKE ALL ON FUNCTION app.has_something(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.has_something(uuid, uuid) TO app_auth;
