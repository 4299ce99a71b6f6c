-- A place on the sphere, in metres from its centre: distances along the chord put places in the same order as
-- distances along the ground.
CREATE OR REPLACE FUNCTION app.place_of(latitude float8, longitude float8) RETURNS float8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT ARRAY[6371008.8 * cosd($1) * cosd($2), 6371008.8 * cosd($1) * sind($2), 6371008.8 * sind($1)]
$$;

REVOKE ALL ON FUNCTION app.place_of(float8, float8) FROM PUBLIC;
