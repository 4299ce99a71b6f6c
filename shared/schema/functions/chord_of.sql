-- The radius as a chord: in a straight line through the ground.
CREATE OR REPLACE FUNCTION app.chord_of(asked jsonb) RETURNS float8
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$ SELECT 2 * 6371008.8 * sin(least(($1 ->> 'radius')::float8 / (2 * 6371008.8), pi() / 2)) $$;

REVOKE ALL ON FUNCTION app.chord_of(jsonb) FROM PUBLIC;
