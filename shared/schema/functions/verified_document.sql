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
