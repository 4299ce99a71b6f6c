-- The hash of `kind:value`, as a listing's `tags` have it.
CREATE OR REPLACE FUNCTION app.tag(kind text, value text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT hashtextextended($1 || ':' || $2, 0) $$;

REVOKE ALL ON FUNCTION app.tag(text, text) FROM PUBLIC;
