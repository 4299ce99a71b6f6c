-- The word itself and, if it contains punctuation, the word without it at its ends, and the parts in between.
CREATE OR REPLACE FUNCTION app.forms_of(word text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT CASE
        WHEN $1 !~ '[^[:alnum:]]' THEN ARRAY[$1]
        ELSE array_remove(
            ARRAY[$1, regexp_replace($1, '^[^[:alnum:]]+|[^[:alnum:]]+$', '', 'g')]
            || regexp_split_to_array($1, '[^[:alnum:]]+'), '')
    END
$$;

REVOKE ALL ON FUNCTION app.forms_of(text) FROM PUBLIC;
