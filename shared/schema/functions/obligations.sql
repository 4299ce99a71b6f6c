-- The caller's organization's obligations that need somebody to manage them. A draft that was never sent is not one:
-- the client would not even know of it.
CREATE OR REPLACE FUNCTION app.obligations()
RETURNS TABLE (live_contracts boolean, open_bids boolean, unpaid_payments boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM public.contracts AS c
                   WHERE app.organization_id() IN (c.owner_organization_id, c.client_organization_id)
                     AND c.status IN ('DRAFT', 'PENDING_SIGNATURE', 'SIGNED', 'ACTIVE')
                     AND (c.bid_id IS NOT NULL OR c.renews_contract_id IS NOT NULL OR c.sent_at IS NOT NULL)),
           EXISTS (SELECT FROM public.bids AS b
                   WHERE app.organization_id() IN (b.owner_organization_id, b.client_organization_id)
                     AND b.status IN ('PENDING', 'COUNTER_OFFERED')),
           EXISTS (SELECT FROM public.payments AS p
                   WHERE app.organization_id() IN (p.owner_organization_id, p.client_organization_id)
                     AND p.status IN ('SCHEDULED', 'DUE', 'OVERDUE'))
$$;

REVOKE ALL ON FUNCTION app.obligations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.obligations() TO app_auth;
