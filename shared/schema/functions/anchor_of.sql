-- The tag by which a saved search is found: one that every match must have, or 0 if there is none.
CREATE OR REPLACE FUNCTION app.anchor_of(wanted jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    -- The rarest kind first.
    SELECT coalesce(app.tag('floor', $1 ->> 'floor_id'), app.city_tag($1 ->> 'city'),
                    app.tag('amenity', $1 #>> '{amenities,-1}'), app.tag('currency', $1 ->> 'currency'),
                    app.tag('usage', $1 ->> 'usage_type'), app.tag('status', $1 ->> 'availability_status'), 0)
$$;

REVOKE ALL ON FUNCTION app.anchor_of(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.anchor_of(jsonb) TO app_user;
