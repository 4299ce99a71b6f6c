-- A broker by the id that they gave to a client: their name and their organization's. No row for any other id.
CREATE OR REPLACE FUNCTION app.broker(user_id uuid) RETURNS TABLE (id uuid, party jsonb)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT u.id,
           jsonb_build_object('id', u.id, 'name', u.name, 'organization', coalesce(o.legal_name, o.name))
    FROM public.users AS u
    JOIN public.organizations AS o ON o.id = u.organization_id
    WHERE u.id = $1 AND u.role = 'BROKER' AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
      AND app.role() IS NOT NULL
$$;

REVOKE ALL ON FUNCTION app.broker(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.broker(uuid) TO app_user;
