-- A query about listings, answered by indexes only, however many rows the planner expects.
CREATE OR REPLACE FUNCTION app.ask_indexes(query text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, app, pg_temp
SET enable_seqscan = off
SET enable_indexscan = off
SET enable_bitmapscan = on
AS $$
DECLARE
    answer jsonb;
BEGIN
    EXECUTE query INTO answer;
    RETURN answer;
END
$$;

REVOKE ALL ON FUNCTION app.ask_indexes(text) FROM PUBLIC;
