-- The next `wanted` spaces in the order of the sort: `newest`, `price_asc`, `price_desc`, `sqft_asc`, `sqft_desc`,
-- `distance` (`asked` has `near` and `radius`), `rank` (it has `q`; within a rank the newest first).
-- `after` is the key of the page before: `key`, `id`; with distance also `building_id`, with rank `rank`.
-- The listed ones are scanned in that order as long as enough of them match; otherwise indexes find all matches.
CREATE OR REPLACE FUNCTION app.search_spaces(asked jsonb, sort text, after jsonb, wanted integer)
RETURNS TABLE (id uuid, rank integer, distance float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20
SET search_path = pg_catalog, public, app, pg_temp
-- A walk is in the order of an index, and never a sort of everything.
SET enable_bitmapscan = off
AS $$
DECLARE
    filters text := app.filters_of(asked);
    ranks text[] := app.ranks_of(asked ->> 'q');
    ordering text := app.ordering_of(sort, asked);
    houses text := CASE WHEN asked ? 'near'
        THEN format('l.building_id = ANY (ARRAY(SELECT b.id %s))', app.houses_near(asked)) END;
    unlisted text := app.own_unlisted(asked);
    first integer := coalesce((after ->> 'rank')::integer, 1);
    is_small boolean := false;
    condition text;
    key jsonb;
    page uuid[];
    found uuid[] := '{}';
    found_ranks integer[] := '{}';
BEGIN
    IF app.role() IS NULL THEN
        RETURN;
    END IF;
    ranks := CASE sort WHEN 'rank' THEN ranks[:3] ELSE ranks[cardinality(ranks):] END;
    IF houses IS NOT NULL AND sort <> 'distance' THEN
        EXECUTE format('SELECT coalesce(sum(b.listed_spaces), 0) < 30000 %s', app.houses_near(asked)) INTO is_small;
    END IF;
    FOR number IN first .. cardinality(ranks) LOOP
        CONTINUE WHEN ranks[number] = 'false';
        key := CASE WHEN number = first THEN after END;
        condition := concat_ws(' AND ', filters, ranks[number]);
        IF asked ->> 'is_leasable' IS DISTINCT FROM 'false' THEN
            page := '{}';
            IF NOT is_small THEN
                EXECUTE format('SELECT array(SELECT l.id FROM (%s) AS l WHERE %s LIMIT %s)',
                               app.walk_of(sort, asked, key), condition, wanted) INTO page;
            END IF;
            IF cardinality(page) < wanted THEN
                page := ARRAY(SELECT jsonb_array_elements_text(app.ask_indexes(format(
                    'SELECT to_jsonb(array(SELECT l.id FROM public.listings AS l
                                           WHERE l.is_leasable AND %s AND %s ORDER BY %s LIMIT %s))',
                    concat_ws(' AND ', condition, houses), app.keyset_of(sort, asked, key), ordering, wanted)))::uuid);
            END IF;
            found := found || page;
            found_ranks := found_ranks || array_fill(number, ARRAY[cardinality(page)]);
        END IF;
        IF unlisted IS NOT NULL THEN
            EXECUTE format(
                'SELECT array(SELECT l.id FROM public.listings AS l WHERE %s AND %s AND %s ORDER BY %s LIMIT %s)',
                unlisted, condition, app.keyset_of(sort, asked, key), ordering, wanted) INTO page;
            found := found || page;
            found_ranks := found_ranks || array_fill(number, ARRAY[cardinality(page)]);
        END IF;
        EXIT WHEN cardinality(found) >= wanted;
    END LOOP;
    RETURN QUERY EXECUTE format(
        'SELECT l.id, f.rank, cube(l.place) <-> %L::cube
         FROM unnest($1, $2) AS f (id, rank) JOIN public.listings AS l ON l.id = f.id ORDER BY f.rank, %s LIMIT $3',
        app.middle_of(asked), ordering) USING found, found_ranks, wanted;
END
$$;

REVOKE ALL ON FUNCTION app.search_spaces(jsonb, text, jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_spaces(jsonb, text, jsonb, integer) TO app_reader;
