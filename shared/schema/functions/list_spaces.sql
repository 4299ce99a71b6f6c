-- Brings the listings of these spaces up to date, with the words that they are searched by.
CREATE OR REPLACE FUNCTION app.list_spaces(ids uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    WITH house AS MATERIALIZED (
        SELECT b.id, app.words_of(b.name) AS title,
               app.words_of((SELECT string_agg(line.value, ' ') FROM jsonb_each_text(b.address) AS line)) AS address,
               app.city_tag(b.address ->> 'city') AS city,
               CASE WHEN b.latitude IS NOT NULL AND b.longitude IS NOT NULL
                    THEN app.place_of(b.latitude::float8, b.longitude::float8) END AS place
        FROM public.buildings AS b
        WHERE b.deleted_at IS NULL AND b.id IN (SELECT s.building_id FROM public.spaces AS s WHERE s.id = ANY (ids))
    ), described AS MATERIALIZED (
        SELECT s.id, s.building_id, s.owner_organization_id, s.is_leasable, s.price_minor, s.gross_sqft_hundredths,
               s.created_at, h.place, title.words AS title, title.words || coalesce(h.address, '{}') || coalesce(
                   app.words_of((SELECT string_agg(a.label, ' ') FROM jsonb_array_elements_text(s.amenities) AS a (label))),
                   '{}') AS words,
               ARRAY[h.city, app.tag('usage', s.usage_type), app.tag('currency', s.currency),
                     app.tag('status', s.availability_status), app.tag('floor', s.floor_id::text)]
               || ARRAY(SELECT app.tag('amenity', a.label) FROM jsonb_array_elements_text(s.amenities) AS a (label)) AS traits
        FROM public.spaces AS s
        JOIN public.floors AS f ON f.id = s.floor_id AND f.deleted_at IS NULL
        JOIN house AS h ON h.id = s.building_id
        CROSS JOIN LATERAL (SELECT app.words_of(s.name) || h.title AS words) AS title
        WHERE s.id = ANY (ids) AND s.deleted_at IS NULL
    ), spelled AS (
        INSERT INTO public.search_words (word, keys)
        SELECT w.word, app.keys_of(w.word)
        FROM (SELECT DISTINCT unnest(d.words) AS word FROM described AS d) AS w
        WHERE app.letters_in(w.word) >= 3
          AND NOT EXISTS (SELECT FROM public.search_words AS known WHERE known.word = w.word)
        -- In one order for all, so that no two wait crosswise.
        ORDER BY w.word
        ON CONFLICT DO NOTHING
    ), tagged AS MATERIALIZED (
        SELECT d.*, ARRAY(SELECT unnest(array_remove(d.traits, NULL))
                          UNION SELECT app.tag('word', word) FROM unnest(d.words) AS word
                          UNION SELECT app.tag('title', word) FROM unnest(d.title) AS word
                          ORDER BY 1) AS tags
        FROM described AS d
    ), changed AS (
        UPDATE public.listings AS l
        SET is_leasable = t.is_leasable, price_minor = t.price_minor, gross_sqft_hundredths = t.gross_sqft_hundredths,
            place = t.place, tags = t.tags
        FROM tagged AS t
        WHERE l.id = t.id
          AND (l.is_leasable, l.price_minor, l.gross_sqft_hundredths, l.place, l.tags)
              IS DISTINCT FROM (t.is_leasable, t.price_minor, t.gross_sqft_hundredths, t.place, t.tags)
    ), added AS (
        -- Not ON CONFLICT: each change would take a number.
        INSERT INTO public.listings
            (id, building_id, owner_organization_id, is_leasable, price_minor, gross_sqft_hundredths, created_at, place,
             tags)
        SELECT t.id, t.building_id, t.owner_organization_id, t.is_leasable, t.price_minor, t.gross_sqft_hundredths,
               t.created_at, t.place, t.tags
        FROM tagged AS t
        WHERE NOT EXISTS (SELECT FROM public.listings AS l WHERE l.id = t.id)
        ORDER BY t.id
    )
    DELETE FROM public.listings AS l
    WHERE l.id = ANY (ids) AND NOT EXISTS (SELECT FROM described AS d WHERE d.id = l.id);
END
$$;

REVOKE ALL ON FUNCTION app.list_spaces(uuid[]) FROM PUBLIC;
