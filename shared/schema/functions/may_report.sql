-- Whether the caller may open a ticket about the place, which belongs to that organization.
CREATE OR REPLACE FUNCTION app.may_report(building_id uuid, space_id uuid, owner_organization_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM app.ticket_place($1, $2) AS p WHERE p.owner_organization_id = $3)
$$;

REVOKE ALL ON FUNCTION app.may_report(uuid, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.may_report(uuid, uuid, uuid) TO app_user;
