-- The condition that a listing `l` has a tag of this kind in any of these forms, as SQL.
CREATE OR REPLACE FUNCTION app.has_any(kind text, forms text[]) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT format('l.tags && %L::bigint[]', ARRAY(SELECT DISTINCT app.tag($1, form) FROM unnest($2) AS form ORDER BY 1))
$$;

REVOKE ALL ON FUNCTION app.has_any(text, text[]) FROM PUBLIC;
