-- The condition that a number lies between two others, either of which may be missing, as SQL.
CREATE OR REPLACE FUNCTION app.range_of(what text, low text, high text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN coalesce($2, $3) IS NULL THEN 'true'
                ELSE format('%s BETWEEN %L::bigint AND %L::bigint', $1, coalesce($2, '0'),
                            coalesce($3, '9223372036854775806')) END
$$;

REVOKE ALL ON FUNCTION app.range_of(text, text, text) FROM PUBLIC;
