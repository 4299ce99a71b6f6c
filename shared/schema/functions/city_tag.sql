-- The tag of a city, however its name is spelled.
CREATE OR REPLACE FUNCTION app.city_tag(city text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT app.tag('city', btrim(regexp_replace(app.folded($1), '\s+', ' ', 'g'))) $$;

REVOKE ALL ON FUNCTION app.city_tag(text) FROM PUBLIC;
