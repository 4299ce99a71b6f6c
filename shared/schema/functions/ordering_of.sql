-- The ORDER BY of a sort for listings `l`, as SQL.
CREATE OR REPLACE FUNCTION app.ordering_of(sort text, asked jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT CASE sort
        WHEN 'price_asc' THEN 'coalesce(l.price_minor, 9223372036854775807), l.id'
        WHEN 'price_desc' THEN 'coalesce(l.price_minor, -1) DESC, l.id DESC'
        WHEN 'sqft_asc' THEN 'l.gross_sqft_hundredths, l.id'
        WHEN 'sqft_desc' THEN 'l.gross_sqft_hundredths DESC, l.id DESC'
        WHEN 'distance' THEN format('cube(l.place) <-> %L::cube, l.building_id, l.id', app.middle_of(asked))
        ELSE 'l.created_at DESC, l.id DESC'
    END
$$;

REVOKE ALL ON FUNCTION app.ordering_of(text, jsonb) FROM PUBLIC;
