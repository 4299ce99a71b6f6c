-- The filters' conditions on a listing `l`, as SQL.
CREATE OR REPLACE FUNCTION app.filters_of(asked jsonb) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    traits bigint[] := array_remove(
        ARRAY[app.tag('floor', asked ->> 'floor_id'), app.tag('status', asked ->> 'availability_status'),
              app.tag('usage', asked ->> 'usage_type'), app.tag('currency', asked ->> 'currency'),
              app.city_tag(asked ->> 'city')]
        || ARRAY(SELECT app.tag('amenity', label) FROM jsonb_array_elements_text(asked -> 'amenities') AS label), NULL);
    conditions text[] := '{true}';
BEGIN
    IF traits <> '{}' THEN
        conditions := conditions || format('l.tags @> %L::bigint[]', traits);
    END IF;
    IF asked ? 'building_id' THEN
        conditions := conditions || format('l.building_id = %L::uuid', asked ->> 'building_id');
    END IF;
    conditions := conditions || app.range_of('l.price_minor', asked ->> 'min_price', asked ->> 'max_price')
                             || app.range_of('l.gross_sqft_hundredths', asked ->> 'min_sqft', asked ->> 'max_sqft');
    IF asked ? 'near' THEN
        conditions := conditions || format('cube(l.place) <-> %L::cube <= %L::float8', app.middle_of(asked),
                                           app.chord_of(asked));
    END IF;
    IF asked ? 'available_from' THEN
        -- Let to somebody, but no longer by then.
        conditions := conditions || format($sql$(l.tags @> ARRAY[%L::bigint] OR NOT l.tags @> ARRAY[%L::bigint] AND (
            SELECT bool_and(coalesce(c.end_date < %L::date, false)) FROM public.contracts AS c
            WHERE c.space_id = l.id AND (c.status IN ('SIGNED', 'ACTIVE') OR (
                c.bid_id IS NOT NULL AND c.status IN ('DRAFT', 'PENDING_SIGNATURE')))))$sql$,
            app.tag('status', 'AVAILABLE'), app.tag('status', 'MAINTENANCE'), asked ->> 'available_from');
    END IF;
    RETURN array_to_string(conditions, ' AND ');
END
$$;

REVOKE ALL ON FUNCTION app.filters_of(jsonb) FROM PUBLIC;
