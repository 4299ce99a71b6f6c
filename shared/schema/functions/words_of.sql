-- The words of a text as search compares them, each in all of its forms.
CREATE OR REPLACE FUNCTION app.words_of(value text) RETURNS text[]
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

REVOKE ALL ON FUNCTION app.words_of(text) FROM PUBLIC;
