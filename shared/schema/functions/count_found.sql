-- How many spaces app.search_spaces finds in all: exact up to `most`, an estimate above. A few thousand are looked at,
-- then the listings of the last 300,000 numbers by index as long as that promises to be enough, then all by index.
CREATE OR REPLACE FUNCTION app.count_found(asked jsonb, most integer) RETURNS TABLE (total bigint, is_estimate boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1
SET search_path = pg_catalog, public, app, pg_temp
SET enable_bitmapscan = off
AS $$
DECLARE
    ranks text[] := app.ranks_of(asked ->> 'q');
    words text := ranks[cardinality(ranks)];
    condition text := concat_ws(' AND ', app.filters_of(asked), words);
    unlisted text := app.own_unlisted(asked);
    counting text := 'SELECT to_jsonb(count(*)) FROM (SELECT FROM public.listings AS l WHERE l.is_leasable AND %s LIMIT %s) AS l';
    newest bigint;
    part bigint;
    listed bigint;
BEGIN
    total := 0;
    IF app.role() IS NULL THEN
        is_estimate := false;
        RETURN NEXT;
        RETURN;
    END IF;
    IF asked ->> 'is_leasable' IS DISTINCT FROM 'false' THEN
        EXECUTE format('SELECT count(*) FROM (SELECT FROM (%s) AS l WHERE %s LIMIT %s) AS l',
                       app.walk_of(CASE WHEN asked ? 'near' THEN 'distance' ELSE 'newest' END, asked, NULL), condition,
                       most + 1) INTO total;
        IF total <= most AND asked ? 'near' THEN
            total := app.ask_indexes(format(counting, concat_ws(' AND ', condition, format(
                'l.building_id = ANY (ARRAY(SELECT b.id %s))', app.houses_near(asked))), most + 1));
        ELSIF total <= most THEN
            total := 0;
            SELECT s.last_value >> 15 INTO newest FROM public.listings_number_seq AS s;
            FOR age IN 0 .. 9 LOOP
                part := app.ask_indexes(format(
                    counting, concat_ws(' AND ', condition, format('l.number >> 15 = %s::bigint', newest - age)),
                    most + 1 - total));
                total := total + part;
                EXIT WHEN total > most OR age >= newest OR (age > 0 AND total * 10 < most * (age + 1));
            END LOOP;
            IF total <= most THEN
                total := app.ask_indexes(format(counting, condition, most + 1));
            END IF;
        END IF;
    END IF;
    IF unlisted IS NOT NULL THEN
        EXECUTE format('SELECT count(*) FROM (SELECT FROM public.listings AS l WHERE %s AND %s LIMIT %s) AS l',
                       unlisted, condition, most + 1) INTO part;
        total := total + part;
    END IF;
    is_estimate := total > most;
    IF is_estimate THEN
        listed := app.rows_of(format('l.is_leasable AND %s AND %s', app.filters_of(asked - 'near'), words));
        IF asked ? 'near' THEN
            -- The planner knows nothing of places.
            EXECUTE format('SELECT (%s * sum(b.listed_spaces) / %s)::bigint %s', listed,
                           greatest(app.rows_of('l.is_leasable'), 1), app.houses_near(asked)) INTO listed;
        END IF;
        total := greatest(total, listed);
    END IF;
    RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION app.count_found(jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.count_found(jsonb, integer) TO app_reader;
