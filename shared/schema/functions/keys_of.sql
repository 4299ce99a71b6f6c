-- The hashes of a word and of each variant with one letter deleted: two words that are one typo apart have one in
-- common.
CREATE OR REPLACE FUNCTION app.keys_of(word text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT array_agg(DISTINCT hashtextextended(overlay($1 PLACING '' FROM place FOR 1), 0))
           || hashtextextended($1, 0)
    FROM generate_series(1, length($1)) AS place
$$;

REVOKE ALL ON FUNCTION app.keys_of(text) FROM PUBLIC;
