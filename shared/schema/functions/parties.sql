-- What the documents of a deal need of its two sides, and whether the owner's organization insists; for one of the sides,
-- a broker of the client, or the platform.
CREATE OR REPLACE FUNCTION app.parties(owner_organization_id uuid, client_organization_id uuid)
RETURNS TABLE (owner jsonb, client jsonb, complete_parties boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT jsonb_build_object('legal_name', o.legal_name, 'address', o.address),
           jsonb_build_object('legal_name', c.legal_name, 'address', c.address), o.complete_parties
    FROM public.organizations AS o, public.organizations AS c
    WHERE o.id = $1 AND c.id = $2
      AND (app.organization_id() IN ($1, $2) OR $2 = ANY (app.represented()) OR app.is_admin())
$$;

REVOKE ALL ON FUNCTION app.parties(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.parties(uuid, uuid) TO app_user;
