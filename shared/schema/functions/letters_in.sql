-- How many letters a word has, not counting digits and punctuation.
CREATE OR REPLACE FUNCTION app.letters_in(word text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT length(regexp_replace($1, '[^[:alpha:]]', '', 'g')) $$;

REVOKE ALL ON FUNCTION app.letters_in(text) FROM PUBLIC;
