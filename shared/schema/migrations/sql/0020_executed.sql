-- Executed leases and credit notes are documents; who declined; where to pay; parties that are complete.

ALTER TABLE documents
    DROP CONSTRAINT documents_kind_check,
    DROP CONSTRAINT documents_payment_id_check,
    ADD CONSTRAINT documents_kind_check
        CHECK (kind IN ('LEASE', 'EXECUTED', 'INVOICE', 'RECEIPT', 'CREDIT_NOTE')) NOT VALID,
    ADD CONSTRAINT documents_payment_id_check
        CHECK ((kind IN ('LEASE', 'EXECUTED')) = (payment_id IS NULL)) NOT VALID;

-- As who signed; the older release does not say so.
ALTER TABLE signatures ADD COLUMN title VARCHAR(255);

-- {side, user_id, name, at}: who declined, as they were called then.
ALTER TABLE contracts ADD COLUMN declined JSONB;
GRANT UPDATE (declined) ON contracts TO app_user;

-- Whether no lease leaves the house while a party lacks its name, address or country; [{…}]: where to pay.
ALTER TABLE organizations
    ADD COLUMN complete_parties BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN bank_accounts JSONB;
GRANT UPDATE (complete_parties, bank_accounts) ON organizations TO app_user;

-- For app.verified_document(), which asks for the contract of the one document that somebody holds.
CREATE POLICY definer_known ON contracts FOR SELECT TO CURRENT_USER
    USING (id = (SELECT nullif(current_setting('asked.contract', true), '')::uuid));

-- Whoever holds a document may ask whether it is one of ours: what kind it is, whether it is executed, since when it is
-- kept, and nothing of whose.
CREATE OR REPLACE FUNCTION app.verified_document(asked_sha256 text)
RETURNS TABLE (kind text, executed boolean, created_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    found public.documents;
BEGIN
    PERFORM set_config('asked.sha256', $1, true);
    SELECT d.* INTO found FROM public.documents AS d WHERE d.sha256 = $1 ORDER BY d.created_at LIMIT 1;
    IF found.kind IN ('LEASE', 'EXECUTED') THEN
        PERFORM set_config('asked.contract', found.contract_id::text, true);
        RETURN QUERY
            SELECT c.contract_type,
                   found.kind = 'EXECUTED', found.created_at
            FROM public.contracts AS c WHERE c.id = found.contract_id;
    ELSIF found.kind IS NOT NULL THEN
        RETURN QUERY SELECT found.kind, NULL::boolean, found.created_at;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION app.verified_document(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.verified_document(text) TO app_reader;

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

-- What the two sides' papers say of them today; for one of them, or the platform.
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
