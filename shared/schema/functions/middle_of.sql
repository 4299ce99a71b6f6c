-- The centre of a search by distance, as a point; NULL for a search without one.
CREATE OR REPLACE FUNCTION app.middle_of(asked jsonb) RETURNS cube
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT CASE WHEN $1 ? 'near'
                THEN cube(app.place_of(($1 #>> '{near,0}')::float8, ($1 #>> '{near,1}')::float8)) END
$$;

REVOKE ALL ON FUNCTION app.middle_of(jsonb) FROM PUBLIC;
