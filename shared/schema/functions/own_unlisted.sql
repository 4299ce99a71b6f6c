-- The unlisted spaces that the caller may see, as a condition on a listing `l`; NULL where there are none.
CREATE OR REPLACE FUNCTION app.own_unlisted(asked jsonb) RETURNS text
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

REVOKE ALL ON FUNCTION app.own_unlisted(jsonb) FROM PUBLIC;
