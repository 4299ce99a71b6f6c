-- Search: one row for each live space with all that it is searched by, kept in the transaction that changes the space,
-- its floor or its building. What stands when the triggers come is listed by 0016_listed.sql.

-- `tags` are hashes of `kind:value`: word (anywhere), title (a word of the space's or the building's name), amenity, city,
-- usage, currency, status, floor. `place` is a point of the Earth's sphere, in metres from its centre.
CREATE TABLE listings (
    id UUID NOT NULL,
    -- Rows of about the same age have about the same number.
    number BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    building_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    is_leasable BOOLEAN NOT NULL,
    price_minor BIGINT,
    gross_sqft_hundredths BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    place DOUBLE PRECISION[],
    tags BIGINT[] NOT NULL,
    CONSTRAINT listings_pkey PRIMARY KEY (id)
);

-- All words of three letters or more that any listing has ever had, each with the hashes of itself and of what is left
-- of it without one of its letters: two words that are one slip apart have such a hash in common.
CREATE TABLE search_words (
    word TEXT COLLATE "C" NOT NULL,
    keys BIGINT[] NOT NULL,
    CONSTRAINT search_words_pkey PRIMARY KEY (word)
);

ALTER TABLE listings ENABLE ROW LEVEL SECURITY;
ALTER TABLE listings FORCE ROW LEVEL SECURITY;
ALTER TABLE search_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE search_words FORCE ROW LEVEL SECURITY;

-- Nobody but the functions below reads or writes them. What app.search_spaces lets out, it says itself, and the ids
-- that it finds are read through the policies of spaces.
CREATE POLICY definer ON listings FOR ALL TO CURRENT_USER USING (true);
CREATE POLICY definer ON search_words FOR ALL TO CURRENT_USER USING (true);

-- words

CREATE FUNCTION app.folded(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT CASE
        WHEN octet_length($1) = length($1) THEN lower($1)
        -- Without accents, and with one spelling for what looks alike.
        ELSE normalize(regexp_replace(lower(normalize($1, NFKD)), '[\u0300-\u036f]', '', 'g'), NFC)
    END
$$;

-- The word itself and, where it has signs, what is left without them at its ends, and what stands between them.
CREATE FUNCTION app.forms_of(word text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT CASE
        WHEN $1 !~ '[^[:alnum:]]' THEN ARRAY[$1]
        ELSE array_remove(
            ARRAY[$1, regexp_replace($1, '^[^[:alnum:]]+|[^[:alnum:]]+$', '', 'g')]
            || regexp_split_to_array($1, '[^[:alnum:]]+'), '')
    END
$$;

CREATE FUNCTION app.words_of(value text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
DECLARE
    folded text := app.folded(value);
BEGIN
    IF folded !~ '[^[:alnum:] ]' THEN
        RETURN array_remove(string_to_array(folded, ' '), '');
    END IF;
    RETURN ARRAY(SELECT form FROM regexp_split_to_table(folded, '\s+') AS word, unnest(app.forms_of(word)) AS form
                 WHERE form <> '');
END
$$;

CREATE FUNCTION app.letters_in(word text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT length(regexp_replace($1, '[^[:alpha:]]', '', 'g')) $$;

CREATE FUNCTION app.keys_of(word text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT array_agg(DISTINCT hashtextextended(overlay($1 PLACING '' FROM place FOR 1), 0))
           || hashtextextended($1, 0)
    FROM generate_series(1, length($1)) AS place
$$;

-- Whether one insertion, deletion, substitution or swap of neighbours makes one of the other, or nothing need be done.
CREATE FUNCTION app.are_one_slip_apart(one text, other text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
DECLARE
    place integer := 1;
BEGIN
    WHILE place <= length(one) AND substr(one, place, 1) = substr(other, place, 1) LOOP
        place := place + 1;
    END LOOP;
    RETURN one = other
        OR substr(one, place + 1) = substr(other, place)
        OR substr(one, place) = substr(other, place + 1)
        OR substr(one, place + 1) = substr(other, place + 1)
        OR (substr(one, place, 1) = substr(other, place + 1, 1)
            AND substr(one, place + 1, 1) = substr(other, place, 1)
            AND substr(one, place + 2) = substr(other, place + 2));
END
$$;

CREATE FUNCTION app.tag(kind text, value text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT hashtextextended($1 || ':' || $2, 0) $$;

CREATE FUNCTION app.city_tag(city text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT app.tag('city', btrim(regexp_replace(app.folded($1), '\s+', ' ', 'g'))) $$;

-- Distances along the chord put places in the same order as distances along the ground.
CREATE FUNCTION app.place_of(latitude float8, longitude float8) RETURNS float8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT ARRAY[6371008.8 * cosd($1) * cosd($2), 6371008.8 * cosd($1) * sind($2), 6371008.8 * sind($1)]
$$;

-- keeping the listings

CREATE FUNCTION app.list_spaces(ids uuid[]) RETURNS void
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

-- Whoever changes a building holds its lock, and whoever changes a space has it from app.count_buildings, whose trigger
-- comes first by its name: so listings are locked last, and nobody reads a name that is being changed.
CREATE FUNCTION app.list_touched_spaces() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    PERFORM app.list_spaces(ARRAY(SELECT t.id FROM touched AS t ORDER BY t.id));
    RETURN NULL;
END
$$;

CREATE FUNCTION app.list_spaces_of_touched_buildings() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    changed uuid[] := ARRAY(
        SELECT t.id FROM touched AS t JOIN was AS w ON w.id = t.id
        WHERE (t.name, t.address, t.latitude, t.longitude, t.deleted_at)
              IS DISTINCT FROM (w.name, w.address, w.latitude, w.longitude, w.deleted_at));
BEGIN
    IF changed <> '{}' THEN
        PERFORM app.list_spaces(ARRAY(SELECT s.id FROM public.spaces AS s WHERE s.building_id = ANY (changed)
                                      ORDER BY s.id));
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER spaces_listed_when_added AFTER INSERT ON spaces
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.list_touched_spaces();
CREATE TRIGGER spaces_listed_when_changed AFTER UPDATE ON spaces
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.list_touched_spaces();
CREATE TRIGGER spaces_listed_when_gone AFTER DELETE ON spaces
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.list_touched_spaces();
CREATE TRIGGER buildings_listed_when_changed AFTER UPDATE ON buildings
    REFERENCING OLD TABLE AS was NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION app.list_spaces_of_touched_buildings();

-- searching

-- What a search needs to know of a lease: when it ends.
CREATE POLICY definer_search ON contracts FOR SELECT TO CURRENT_USER USING ((SELECT app.role()) IS NOT NULL);

-- What the filters ask of a listing `l`, as SQL.
CREATE FUNCTION app.filters_of(asked jsonb) RETURNS text
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

CREATE FUNCTION app.range_of(what text, low text, high text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN coalesce($2, $3) IS NULL THEN 'true'
                ELSE format('%s BETWEEN %L::bigint AND %L::bigint', $1, coalesce($2, '0'),
                            coalesce($3, '9223372036854775806')) END
$$;

CREATE FUNCTION app.middle_of(asked jsonb) RETURNS cube
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT CASE WHEN $1 ? 'near'
                THEN cube(app.place_of(($1 #>> '{near,0}')::float8, ($1 #>> '{near,1}')::float8)) END
$$;

-- The radius in a straight line, through the ground.
CREATE FUNCTION app.chord_of(asked jsonb) RETURNS float8
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$ SELECT 2 * 6371008.8 * sin(least(($1 ->> 'radius')::float8 / (2 * 6371008.8), pi() / 2)) $$;

CREATE FUNCTION app.along_the_ground(chord float8) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT 2 * 6371008.8 * asin(least($1 / (2 * 6371008.8), 1)) $$;

-- What the words ask of a listing `l`, as SQL, in the order of rank; no listing meets two of them. First: all of them
-- stand in its own or its building's name. Second: all stand somewhere. Third: the others, with slips. Beside these three: what all of them come to together.
CREATE FUNCTION app.ranks_of(q text) RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, app, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = on
AS $$
DECLARE
    word text;
    bare text;
    forms text[];
    slips text[];
    in_titles text[] := '{}';
    exactly text[] := '{}';
    nearly text[] := '{}';
    titled text;
    exact text;
    near text;
    is_known boolean := true;
BEGIN
    IF q IS NULL THEN
        RETURN '{true}';
    END IF;
    FOR word IN SELECT DISTINCT w FROM regexp_split_to_table(app.folded(q), '\s+') AS w WHERE w <> '' ORDER BY w LOOP
        bare := regexp_replace(word, '^[^[:alnum:]]+|[^[:alnum:]]+$', '', 'g');
        forms := ARRAY(SELECT DISTINCT form FROM unnest(ARRAY[word, bare]) AS form WHERE form <> '');
        slips := '{}';
        IF app.letters_in(bare) >= 4 THEN
            slips := ARRAY(SELECT s.word FROM public.search_words AS s
                           WHERE s.keys && app.keys_of(bare) AND app.are_one_slip_apart(s.word, bare));
            is_known := is_known AND slips && forms;
        END IF;
        in_titles := in_titles || app.has_any('title', forms);
        exactly := exactly || app.has_any('word', forms);
        nearly := nearly || app.has_any('word', forms || slips);
    END LOOP;
    titled := array_to_string(in_titles, ' AND ');
    exact := array_to_string(exactly, ' AND ');
    near := array_to_string(nearly, ' AND ');
    RETURN ARRAY[
        -- Where no listing has a word as it stands, none need be looked at for it.
        CASE WHEN is_known THEN titled ELSE 'false' END,
        CASE WHEN is_known THEN format('%s AND NOT (%s)', exact, titled) ELSE 'false' END,
        CASE WHEN near = exact THEN 'false' ELSE format('%s AND NOT (%s)', near, exact) END,
        near];
END
$$;

CREATE FUNCTION app.has_any(kind text, forms text[]) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT format('l.tags && %L::bigint[]', ARRAY(SELECT DISTINCT app.tag($1, form) FROM unnest($2) AS form ORDER BY 1))
$$;

-- How a sort sorts listings `l`, and what comes after the key of the page before (`after`), as SQL.
CREATE FUNCTION app.ordering_of(sort text, asked jsonb) RETURNS text
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

CREATE FUNCTION app.keyset_of(sort text, asked jsonb, after jsonb) RETURNS text
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

-- Buildings `b` within the radius, as SQL.
CREATE FUNCTION app.houses_near(asked jsonb) RETURNS text
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

-- The first 2,000 listed spaces `l` in the order of the sort that are worth a look, as SQL.
CREATE FUNCTION app.walk_of(sort text, asked jsonb, after jsonb) RETURNS text
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

-- A query about listings, answered by what only indexes find, whatever the planner believes of how much that is.
CREATE FUNCTION app.ask_indexes(query text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, app, pg_temp
SET enable_seqscan = off
SET enable_indexscan = off
SET enable_bitmapscan = on
AS $$
DECLARE
    answer jsonb;
BEGIN
    EXECUTE query INTO answer;
    RETURN answer;
END
$$;

-- The unlisted spaces that the caller may see, as a condition on a listing `l`; NULL where there are none.
CREATE FUNCTION app.own_unlisted(asked jsonb) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT CASE
        WHEN asked ->> 'is_leasable' = 'true' THEN NULL
        WHEN app.reads_all() THEN 'NOT l.is_leasable'
        WHEN app.role() IN ('OWNER', 'AGENT')
            THEN format('NOT l.is_leasable AND l.owner_organization_id = %L::uuid', app.organization_id())
    END
$$;

-- The next `wanted` spaces in the order of the sort: `newest`, `price_asc`, `price_desc`, `sqft_asc`, `sqft_desc`,
-- `distance` (`asked` has `near` and `radius`), `rank` (it has `q`; within a rank the newest first).
-- `after` is the key of the page before: `key`, `id`; with distance also `building_id`, with rank `rank`.
-- The listed ones are walked in that order as long as enough of them fit; otherwise indexes find all that do.
CREATE FUNCTION app.search_spaces(asked jsonb, sort text, after jsonb, wanted integer)
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

-- How many spaces app.search_spaces finds in all: exact up to `most`, an estimate above. A few thousand are looked at,
-- then the listings of the last 300,000 numbers by index as long as that promises to be enough, then all by index.
CREATE FUNCTION app.count_found(asked jsonb, most integer) RETURNS TABLE (total bigint, is_estimate boolean)
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

-- How many listings the planner expects to meet the condition.
CREATE FUNCTION app.rows_of(condition text) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT FROM public.listings AS l WHERE ' || condition INTO plan;
    RETURN plan #>> '{0,Plan,Plan Rows}';
END
$$;

-- what people keep of their searches

CREATE TABLE favorites (
    user_id UUID NOT NULL,
    space_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT favorites_pkey PRIMARY KEY (user_id, space_id),
    CONSTRAINT favorites_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT favorites_space_id_fkey FOREIGN KEY (space_id) REFERENCES spaces (id) ON DELETE RESTRICT
);
CREATE INDEX favorites_page_idx ON favorites (user_id, created_at DESC, space_id DESC);

-- `criteria` as the person gave them, `wanted` as app.search_spaces reads them. `anchor` is a tag that whatever fits
-- must have, or 0: so a new space is held against few of all the searches there are.
CREATE TABLE saved_searches (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    name VARCHAR(255) NOT NULL,
    criteria JSONB NOT NULL,
    wanted JSONB NOT NULL,
    anchor BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT saved_searches_pkey PRIMARY KEY (id),
    CONSTRAINT saved_searches_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX saved_searches_page_idx ON saved_searches (user_id, id);
CREATE INDEX saved_searches_anchor_idx ON saved_searches (anchor);

-- What a search has told its owner already: of each space once.
CREATE TABLE saved_search_matches (
    saved_search_id UUID NOT NULL,
    space_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT saved_search_matches_pkey PRIMARY KEY (saved_search_id, space_id),
    CONSTRAINT saved_search_matches_saved_search_id_fkey
        FOREIGN KEY (saved_search_id) REFERENCES saved_searches (id) ON DELETE CASCADE,
    CONSTRAINT saved_search_matches_space_id_fkey FOREIGN KEY (space_id) REFERENCES spaces (id) ON DELETE RESTRICT
);

ALTER TABLE favorites ENABLE ROW LEVEL SECURITY;
ALTER TABLE favorites FORCE ROW LEVEL SECURITY;
ALTER TABLE saved_searches ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_searches FORCE ROW LEVEL SECURITY;
ALTER TABLE saved_search_matches ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_search_matches FORCE ROW LEVEL SECURITY;

GRANT SELECT ON favorites, saved_searches TO app_reader, app_user;
GRANT INSERT, DELETE ON favorites, saved_searches TO app_user;
CREATE POLICY own ON favorites FOR ALL TO app_reader, app_user USING (user_id = (SELECT app.user_id()));
CREATE POLICY own ON saved_searches FOR ALL TO app_reader, app_user USING (user_id = (SELECT app.user_id()));
CREATE POLICY definer ON favorites FOR ALL TO CURRENT_USER USING (true);
CREATE POLICY definer ON saved_searches FOR ALL TO CURRENT_USER USING (true);
CREATE POLICY definer ON saved_search_matches FOR ALL TO CURRENT_USER USING (true);

CREATE FUNCTION app.anchor_of(wanted jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    -- The rarest kind first.
    SELECT coalesce(app.tag('floor', $1 ->> 'floor_id'), app.city_tag($1 ->> 'city'),
                    app.tag('amenity', $1 #>> '{amenities,-1}'), app.tag('currency', $1 ->> 'currency'),
                    app.tag('usage', $1 ->> 'usage_type'), app.tag('status', $1 ->> 'availability_status'), 0)
$$;

-- The searches that find this space and have not told so yet; from now on they have.
CREATE FUNCTION app.claim_matches(space_id uuid)
RETURNS TABLE (saved_search_id uuid, search text, user_id uuid, organization_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    listing public.listings;
    candidate record;
    ranks text[];
    fits boolean;
BEGIN
    SELECT l.* INTO listing FROM public.listings AS l WHERE l.id = $1 AND l.is_leasable;
    FOR candidate IN
        SELECT s.id, s.name, s.wanted, u.id AS user_id, u.organization_id
        FROM public.saved_searches AS s
        JOIN public.users AS u ON u.id = s.user_id
        WHERE s.anchor = ANY (listing.tags || 0::bigint) AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
          -- Whoever lists it need not be told.
          AND u.organization_id <> listing.owner_organization_id
        ORDER BY s.id
    LOOP
        ranks := app.ranks_of(candidate.wanted ->> 'q');
        EXECUTE format('SELECT EXISTS (SELECT FROM public.listings AS l WHERE l.id = %L::uuid AND %s AND %s)', $1,
                       app.filters_of(candidate.wanted), ranks[cardinality(ranks)]) INTO fits;
        IF fits THEN
            INSERT INTO public.saved_search_matches AS m (saved_search_id, space_id) VALUES (candidate.id, $1)
            ON CONFLICT DO NOTHING;
            IF FOUND THEN
                saved_search_id := candidate.id;
                search := candidate.name;
                user_id := candidate.user_id;
                organization_id := candidate.organization_id;
                RETURN NEXT;
            END IF;
        END IF;
    END LOOP;
END
$$;

-- Whoever leaves takes them along, in whichever way the account ends.
CREATE FUNCTION app.forget_searches() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    DELETE FROM public.favorites AS f WHERE f.user_id = NEW.id;
    DELETE FROM public.saved_searches AS s WHERE s.user_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER users_forgotten AFTER UPDATE OF deleted_at ON users
    FOR EACH ROW WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION app.forget_searches();

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    app.search_spaces(jsonb, text, jsonb, integer), app.count_found(jsonb, integer), app.along_the_ground(float8)
    TO app_reader;
GRANT EXECUTE ON FUNCTION app.anchor_of(jsonb) TO app_user;
GRANT EXECUTE ON FUNCTION app.claim_matches(uuid) TO app_worker;
