-- Offers: what a version is worth stands beside its terms; and leases that an owner draws up without a bid.

ALTER TABLE bid_versions ADD COLUMN economics JSONB;

-- When a lease without a bid was sent for signature: until then it is its owner's draft, holds nothing, binds nobody.
ALTER TABLE contracts ADD COLUMN sent_at TIMESTAMP WITH TIME ZONE;
GRANT UPDATE (sent_at) ON contracts TO app_user;
CREATE POLICY sent ON contracts AS RESTRICTIVE FOR SELECT TO app_reader, app_user
    USING (bid_id IS NOT NULL OR renews_contract_id IS NOT NULL OR sent_at IS NOT NULL
        OR owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- The client by the id that it gave to an owner, as a lease names it. No row for anybody else's id.
CREATE FUNCTION app.client(user_id uuid) RETURNS TABLE (organization_id uuid, party jsonb)
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

-- A draft that was never sent is no obligation: of an owner's the client would not even know.
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

-- Whoever holds a document may ask whether it is one of ours: what kind it is and since when, and nothing of whose.
-- The table's owner sees no other document than the one asked for.
CREATE POLICY definer_known ON documents FOR SELECT TO CURRENT_USER
    USING (sha256 = (SELECT current_setting('asked.sha256', true)));
CREATE FUNCTION app.known_document(asked_sha256 text) RETURNS TABLE (kind text, created_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    PERFORM set_config('asked.sha256', $1, true);
    RETURN QUERY
        SELECT d.kind, d.created_at FROM public.documents AS d WHERE d.sha256 = $1 ORDER BY d.created_at LIMIT 1;
END
$$;

REVOKE ALL ON FUNCTION app.client(uuid), app.known_document(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.known_document(text) TO app_reader;
GRANT EXECUTE ON FUNCTION app.client(uuid) TO app_user;
