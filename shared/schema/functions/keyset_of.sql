-- The condition for rows after the last one of the previous page, in the order of app.ordering_of, as SQL.
CREATE OR REPLACE FUNCTION app.keyset_of(sort text, asked jsonb, after jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT CASE
        WHEN after IS NULL THEN 'true'
        WHEN sort = 'price_asc' THEN format('(coalesce(l.price_minor, 9223372036854775807), l.id) > (%L::bigint, %L::uuid)',
                                            coalesce(after ->> 'key', '9223372036854775807'), after ->> 'id')
        WHEN sort = 'price_desc' THEN format('(coalesce(l.price_minor, -1), l.id) < (%L::bigint, %L::uuid)',
                                             coalesce(after ->> 'key', '-1'), after ->> 'id')
        WHEN sort = 'sqft_asc' THEN format('(l.gross_sqft_hundredths, l.id) > (%L::bigint, %L::uuid)',
                                           after ->> 'key', after ->> 'id')
        WHEN sort = 'sqft_desc' THEN format('(l.gross_sqft_hundredths, l.id) < (%L::bigint, %L::uuid)',
                                            after ->> 'key', after ->> 'id')
        WHEN sort = 'distance' THEN format('(cube(l.place) <-> %L::cube, l.building_id, l.id) > (%L::float8, %L::uuid, %L::uuid)',
                                           app.middle_of(asked), after ->> 'key', after ->> 'building_id', after ->> 'id')
        ELSE format('(l.created_at, l.id) < (%L::timestamptz, %L::uuid)', after ->> 'key', after ->> 'id')
    END
$$;

REVOKE ALL ON FUNCTION app.keyset_of(text, jsonb, jsonb) FROM PUBLIC;
