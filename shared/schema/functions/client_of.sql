-- The client's side of a bid that the caller places for that organization, and its letterhead; no row if the caller may
-- not act for it.
CREATE OR REPLACE FUNCTION app.client_of(organization_id uuid) RETURNS TABLE (user_id uuid, party jsonb)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT u.id,
           jsonb_build_object('user_id', u.id, 'name', u.name, 'email', u.email, 'organization_id', o.id,
                              'legal_name', coalesce(o.legal_name, o.name), 'address', o.address,
                              'tax_id', o.tax_id)
    FROM public.organizations AS o
    JOIN public.users AS u ON u.id = CASE
        WHEN o.id = app.organization_id() THEN app.user_id()
        WHEN o.id = ANY (app.represented()) THEN (
            SELECT m.client_id
            FROM public.mandates AS m
            WHERE m.client_organization_id = o.id AND m.broker_id = app.user_id() AND m.revoked_at IS NULL
        )
    END
    WHERE o.id = $1
$$;

REVOKE ALL ON FUNCTION app.client_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.client_of(uuid) TO app_user;
