-- The place that a ticket of the caller's may be about: a building of their own or a space in it; a space that they lease
-- now, or the building of one. No row for any other.
CREATE OR REPLACE FUNCTION app.ticket_place(building_id uuid, space_id uuid)
RETURNS TABLE (owner_organization_id uuid, premises jsonb, hours jsonb, is_leased boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT b.owner_organization_id,
           jsonb_build_object(
               'building', jsonb_build_object('id', b.id, 'name', b.name, 'address', b.address, 'timezone', b.timezone),
               'floor_number', f.floor_number,
               'space', CASE WHEN s.id IS NOT NULL THEN jsonb_build_object('id', s.id, 'name', s.name) END),
           o.maintenance_hours, leased.now
    FROM public.buildings AS b
    JOIN public.organizations AS o ON o.id = b.owner_organization_id
    LEFT JOIN public.spaces AS s ON s.id = $2 AND s.building_id = b.id
    LEFT JOIN public.floors AS f ON f.id = s.floor_id
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM public.contracts AS c
            WHERE c.building_id = b.id AND ($2 IS NULL OR c.space_id = $2) AND c.status = 'ACTIVE'
              AND c.client_organization_id = app.organization_id()
        ) AS now
    ) AS leased
    WHERE b.id = $1 AND ($2 IS NULL OR s.id IS NOT NULL)
      AND (leased.now
        OR ((b.owner_organization_id = app.organization_id() OR app.is_admin())
            AND b.deleted_at IS NULL AND s.deleted_at IS NULL))
$$;

REVOKE ALL ON FUNCTION app.ticket_place(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.ticket_place(uuid, uuid) TO app_user;
