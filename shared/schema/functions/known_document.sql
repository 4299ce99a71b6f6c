-- Anyone who holds a document may ask whether it is one of ours: its kind and since when, but not whose it is.
CREATE OR REPLACE FUNCTION app.known_document(asked_sha256 text) RETURNS TABLE (kind text, created_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    PERFORM set_config('asked.sha256', $1, true);
    RETURN QUERY
        SELECT d.kind, d.created_at FROM public.documents AS d WHERE d.sha256 = $1 ORDER BY d.created_at LIMIT 1;
END
$$;

REVOKE ALL ON FUNCTION app.known_document(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.known_document(text) TO app_reader;
