-- Gives the leases of an imported tenant, with all that was written for them, to the organization that accepted the
-- invitation, and names the person who did; the contracts. Nothing else of what was written changes. One statement moves
-- all: a contract and what belongs to it name the same two organizations, at every moment.
CREATE OR REPLACE FUNCTION app.claim_leases(tenant_id uuid, user_id uuid) RETURNS uuid[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    tenant public.imported_tenants;
    claimed uuid[];
BEGIN
    SELECT t.* INTO tenant FROM public.imported_tenants AS t WHERE t.id = $1 AND t.claimed_by IS NOT NULL;
    IF NOT FOUND THEN
        RETURN '{}';
    END IF;
    PERFORM set_config('asked.tenant', tenant.organization_id::text, true);
    -- Nobody moves their money meanwhile.
    PERFORM pg_advisory_xact_lock(hashtextextended('money ' || c.id, 0))
    FROM (SELECT o.id FROM public.contracts AS o WHERE o.client_organization_id = tenant.organization_id ORDER BY o.id) AS c;
    WITH contract AS (
        UPDATE public.contracts AS c
        SET client_organization_id = tenant.claimed_by, client_id = $2, updated_at = now(),
            client_party = c.client_party || jsonb_build_object('user_id', $2, 'organization_id', tenant.claimed_by)
        WHERE c.client_organization_id = tenant.organization_id
        RETURNING c.id
    ), payment AS (
        UPDATE public.payments AS p SET client_organization_id = tenant.claimed_by, payer_id = $2, updated_at = now()
        WHERE p.client_organization_id = tenant.organization_id
    ), document AS (
        UPDATE public.documents AS d SET client_organization_id = tenant.claimed_by
        WHERE d.client_organization_id = tenant.organization_id AND tenant.organization_id <> tenant.claimed_by
    ), invoice AS (
        UPDATE public.invoices AS i SET client_organization_id = tenant.claimed_by
        WHERE i.client_organization_id = tenant.organization_id AND tenant.organization_id <> tenant.claimed_by
    ), transaction AS (
        UPDATE public.payment_transactions AS t SET client_organization_id = tenant.claimed_by
        WHERE t.client_organization_id = tenant.organization_id AND tenant.organization_id <> tenant.claimed_by
    ), plan AS (
        UPDATE public.payment_plans AS l SET client_organization_id = tenant.claimed_by
        WHERE l.client_organization_id = tenant.organization_id AND tenant.organization_id <> tenant.claimed_by
    )
    SELECT coalesce(array_agg(c.id ORDER BY c.id), '{}') INTO claimed FROM contract AS c;
    PERFORM set_config('asked.tenant', '', true);
    RETURN claimed;
END
$$;

REVOKE ALL ON FUNCTION app.claim_leases(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.claim_leases(uuid, uuid) TO app_auth;
