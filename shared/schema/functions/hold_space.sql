-- Reserves an available space for a contract; false if somebody else was first. Allowed for the owner's side, and for a
-- client whose own bid on the space is becoming a contract, or their broker.
CREATE OR REPLACE FUNCTION app.hold_space(space_id uuid, contract_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    UPDATE public.spaces AS s
    SET availability_status = 'RESERVED',
        held_by_contract_id = $2,
        updated_at = now(),
        updated_by = app.user_id()
    WHERE s.id = $1
      AND s.availability_status = 'AVAILABLE'
      AND s.deleted_at IS NULL
      AND (
          s.owner_organization_id = app.organization_id()
          OR app.is_admin()
          OR EXISTS (
              SELECT
              FROM public.bids AS b
              WHERE b.space_id = s.id
                AND (b.client_organization_id = app.organization_id()
                     OR b.client_organization_id = ANY (app.represented()))
                AND b.status IN ('COUNTER_OFFERED', 'APPROVED')
          )
      );
    RETURN FOUND;
END
$$;

REVOKE ALL ON FUNCTION app.hold_space(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.hold_space(uuid, uuid) TO app_user;
