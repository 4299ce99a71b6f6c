-- Locks a space until the end of the transaction, for its owner or a client who may see but not change it:
-- a bid and an approval of the same space then happen one after the other.
-- False: no such space, or none that the caller may see.
CREATE OR REPLACE FUNCTION app.lock_space(space_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    PERFORM
    FROM public.spaces AS s
    WHERE s.id = $1
      AND s.deleted_at IS NULL
      AND app.role() IS NOT NULL
      AND (s.is_leasable OR s.owner_organization_id = app.organization_id() OR app.is_admin())
    FOR UPDATE;
    RETURN FOUND;
END
$$;

REVOKE ALL ON FUNCTION app.lock_space(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.lock_space(uuid) TO app_user;
