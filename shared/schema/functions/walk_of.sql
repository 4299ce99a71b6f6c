-- The first 2,000 listed spaces `l` in sort order that may match, as SQL.
CREATE OR REPLACE FUNCTION app.walk_of(sort text, asked jsonb, after jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT CASE
        WHEN sort = 'distance' THEN format($sql$
            SELECT l.* FROM (SELECT b.id, away %s AND away >= %L::float8 ORDER BY away, b.id) AS b
            CROSS JOIN LATERAL (
                SELECT l.* FROM public.listings AS l WHERE l.building_id = b.id AND l.is_leasable ORDER BY l.id
            ) AS l
            WHERE %s ORDER BY b.away, b.id, l.id LIMIT 2000$sql$,
            app.houses_near(asked), coalesce(after ->> 'key', '0'), app.keyset_of(sort, asked, after))
        ELSE format(
            'SELECT l.* FROM public.listings AS l WHERE l.is_leasable AND %s AND %s ORDER BY %s LIMIT 2000',
            CASE sort
                WHEN 'price_asc' THEN app.range_of('coalesce(l.price_minor, 9223372036854775807)',
                                                   asked ->> 'min_price', asked ->> 'max_price')
                WHEN 'price_desc' THEN app.range_of('coalesce(l.price_minor, -1)',
                                                    asked ->> 'min_price', asked ->> 'max_price')
                WHEN 'sqft_asc' THEN app.range_of('l.gross_sqft_hundredths', asked ->> 'min_sqft', asked ->> 'max_sqft')
                WHEN 'sqft_desc' THEN app.range_of('l.gross_sqft_hundredths', asked ->> 'min_sqft', asked ->> 'max_sqft')
                ELSE 'true'
            END,
            app.keyset_of(sort, asked, after), app.ordering_of(sort, asked))
    END
$$;

REVOKE ALL ON FUNCTION app.walk_of(text, jsonb, jsonb) FROM PUBLIC;
