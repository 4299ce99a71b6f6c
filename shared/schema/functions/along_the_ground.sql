-- The distance along the ground, in metres, between two places whose chord has this length.
CREATE OR REPLACE FUNCTION app.along_the_ground(chord float8) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT 2 * 6371008.8 * asin(least($1 / (2 * 6371008.8), 1)) $$;

REVOKE ALL ON FUNCTION app.along_the_ground(float8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.along_the_ground(float8) TO app_reader;
