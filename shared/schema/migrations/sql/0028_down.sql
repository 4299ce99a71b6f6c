-- The objects stay in their buckets.
ALTER TABLE users DROP COLUMN avatar_url;
DROP TABLE file_scans, file_uses, files;

-- The letterheads of the two sides as of today; for either side, or the platform.
CREATE OR REPLACE FUNCTION app.letterheads(owner_organization_id uuid, client_organization_id uuid)
RETURNS TABLE (owner jsonb, client jsonb)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT jsonb_build_object('legal_name', coalesce(o.legal_name, o.name), 'address', o.address, 'tax_id', o.tax_id,
                              'bank_accounts', o.bank_accounts),
           jsonb_build_object('legal_name', coalesce(c.legal_name, c.name), 'address', c.address, 'tax_id', c.tax_id)
    FROM public.organizations AS o, public.organizations AS c
    WHERE o.id = $1 AND c.id = $2
      AND (app.organization_id() IN ($1, $2) OR app.is_admin() OR app.role() = 'WORKER')
$$;
