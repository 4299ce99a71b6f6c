-- The client by the id that they gave to an owner, as a lease names them. No row for any other id.
CREATE OR REPLACE FUNCTION app.client(user_id uuid) RETURNS TABLE (organization_id uuid, party jsonb)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT o.id,
           jsonb_build_object('user_id', u.id, 'name', u.name, 'email', u.email, 'organization_id', o.id,
                              'legal_name', coalesce(o.legal_name, o.name), 'address', o.address,
                              'tax_id', o.tax_id)
    FROM public.users AS u
    JOIN public.organizations AS o ON o.id = u.organization_id
    WHERE u.id = $1 AND u.role = 'CLIENT' AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
      AND (app.role() = 'OWNER' OR app.is_admin())
$$;

REVOKE ALL ON FUNCTION app.client(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.client(uuid) TO app_user;
