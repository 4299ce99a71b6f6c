-- How many listings the planner expects to meet the condition.
CREATE OR REPLACE FUNCTION app.rows_of(condition text) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT FROM public.listings AS l WHERE ' || condition INTO plan;
    RETURN plan #>> '{0,Plan,Plan Rows}';
END
$$;

REVOKE ALL ON FUNCTION app.rows_of(text) FROM PUBLIC;
