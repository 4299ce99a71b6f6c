-- Buildings `b` within the radius, as SQL.
CREATE OR REPLACE FUNCTION app.houses_near(asked jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT format($sql$
        FROM public.buildings AS b
        CROSS JOIN LATERAL (
            SELECT cube(app.place_of(b.latitude::float8, b.longitude::float8)) <-> %1$L::cube AS away) AS from_there
        WHERE b.deleted_at IS NULL AND b.listed_spaces > 0 AND b.latitude IS NOT NULL AND b.longitude IS NOT NULL
          AND cube(app.place_of(b.latitude::float8, b.longitude::float8)) <@ cube_enlarge(%1$L::cube, %2$L::float8, 3)
          AND away <= %2$L::float8$sql$,
        app.middle_of(asked), app.chord_of(asked))
$$;

REVOKE ALL ON FUNCTION app.houses_near(jsonb) FROM PUBLIC;
