-- The last member has left: the organization's spaces are no longer offered, since nobody could answer a bid.
CREATE OR REPLACE FUNCTION app.close_organization() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    UPDATE public.spaces AS s SET deleted_at = now(), updated_at = clock_timestamp(), updated_by = app.user_id()
    WHERE s.owner_organization_id = app.organization_id() AND s.deleted_at IS NULL;

    UPDATE public.floors AS f SET deleted_at = now(), updated_at = clock_timestamp(), updated_by = app.user_id()
    WHERE f.owner_organization_id = app.organization_id() AND f.deleted_at IS NULL;

    UPDATE public.buildings AS b SET deleted_at = now(), updated_at = clock_timestamp(), updated_by = app.user_id()
    WHERE b.owner_organization_id = app.organization_id() AND b.deleted_at IS NULL;

    -- Who gave no company's name at registration gave its own.
    UPDATE public.organizations AS o
    SET deleted_at = now(), updated_at = clock_timestamp(),
        name = CASE WHEN o.name = u.name THEN 'Former organization' ELSE o.name END
    FROM public.users AS u
    WHERE o.id = app.organization_id() AND u.id = app.user_id();
$$;

REVOKE ALL ON FUNCTION app.close_organization() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.close_organization() TO app_auth;
