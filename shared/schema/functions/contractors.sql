-- Contractors of every organization, for owners and their agents, who choose among them: one row a person, with what their
-- organization says of itself and how tenants have rated it.
CREATE OR REPLACE FUNCTION app.contractors()
RETURNS TABLE (
    id uuid, organization_id uuid, name text, organization text, trades jsonb, service_area jsonb,
    license_number text, insured_until date, has_profile boolean, is_first boolean, rating numeric, ratings bigint
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT u.id, u.organization_id, u.name, coalesce(o.legal_name, o.name), coalesce(p.trades, '[]'), p.service_area,
           p.license_number, p.insurance_expires_on, p.organization_id IS NOT NULL,
           row_number() OVER (PARTITION BY u.organization_id ORDER BY u.id) = 1, rated.rating, rated.ratings
    FROM public.users AS u
    JOIN public.organizations AS o ON o.id = u.organization_id
    LEFT JOIN public.contractor_profiles AS p ON p.organization_id = u.organization_id
    CROSS JOIN LATERAL (
        SELECT round(avg(r.stars), 2) AS rating, count(*) AS ratings
        FROM public.ticket_ratings AS r
        WHERE r.contractor_organization_id = u.organization_id
    ) AS rated
    WHERE u.role = 'CONTRACTOR' AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
      AND app.role() IN ('OWNER', 'AGENT', 'SUPPORT', 'SUPER_ADMIN')
$$;

REVOKE ALL ON FUNCTION app.contractors() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.contractors() TO app_reader, app_user;
