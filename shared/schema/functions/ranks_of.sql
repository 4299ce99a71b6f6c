-- The words' conditions on a listing `l`, as SQL, in the order of rank; no listing meets two of them. First: all words
-- are in its own or its building's name. Second: all appear somewhere. Third: the others, with typos. In addition: the
-- three combined.
CREATE OR REPLACE FUNCTION app.ranks_of(q text) RETURNS text[]
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

REVOKE ALL ON FUNCTION app.ranks_of(text) FROM PUBLIC;
