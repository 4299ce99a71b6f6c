-- A text as search compares it: in lower case, without accents, and with one spelling for characters that look alike.
CREATE OR REPLACE FUNCTION app.folded(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT CASE
        WHEN octet_length($1) = length($1) THEN lower($1)
        -- Without accents, and with one spelling for what looks alike.
        ELSE normalize(regexp_replace(lower(normalize($1, NFKD)), '[\u0300-\u036f]', '', 'g'), NFC)
    END
$$;

REVOKE ALL ON FUNCTION app.folded(text) FROM PUBLIC;
