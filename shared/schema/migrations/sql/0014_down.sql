-- Takes the fourteenth migration back.

CREATE OR REPLACE FUNCTION app.obligations()
RETURNS TABLE (live_contracts boolean, open_bids boolean, unpaid_payments boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM public.contracts AS c
                   WHERE app.organization_id() IN (c.owner_organization_id, c.client_organization_id)
                     AND c.status IN ('DRAFT', 'PENDING_SIGNATURE', 'SIGNED', 'ACTIVE')),
           EXISTS (SELECT FROM public.bids AS b
                   WHERE app.organization_id() IN (b.owner_organization_id, b.client_organization_id)
                     AND b.status IN ('PENDING', 'COUNTER_OFFERED')),
           EXISTS (SELECT FROM public.payments AS p
                   WHERE app.organization_id() IN (p.owner_organization_id, p.client_organization_id)
                     AND p.status IN ('SCHEDULED', 'DUE', 'OVERDUE'))
$$;
DROP FUNCTION app.known_document(text);
DROP POLICY definer_known ON documents;
DROP FUNCTION app.client(uuid);
DROP POLICY sent ON contracts;
ALTER TABLE contracts DROP COLUMN sent_at;
ALTER TABLE bid_versions DROP COLUMN economics;
