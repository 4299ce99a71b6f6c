-- Takes the eighth migration back.

DROP POLICY represent_change ON bids;
DO $represented$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'bids', 'bid_versions', 'contracts', 'documents', 'signatures',
        'payments', 'payment_transactions', 'invoices'
    ] LOOP
        EXECUTE format('DROP POLICY represent ON %I', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['bids', 'bid_versions', 'contracts'] LOOP
        EXECUTE format('DROP POLICY represent_add ON %I', name);
    END LOOP;
END
$represented$;

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
                AND b.client_organization_id = app.organization_id()
                AND b.status IN ('COUNTER_OFFERED', 'APPROVED')
          )
      );
    RETURN FOUND;
END
$$;

DROP FUNCTION app.remove_member(uuid, text);
DROP FUNCTION app.letterheads(uuid, uuid);
DROP FUNCTION app.broker(uuid);
DROP FUNCTION app.client_of(uuid);
DROP FUNCTION app.lock_mandate(uuid);
DROP FUNCTION app.represented();
DROP POLICY definer_remove ON sessions;
DROP POLICY definer_remove ON users;
DROP POLICY definer_remove ON bids;
DROP POLICY definer ON organizations;

ALTER TABLE bids DROP CONSTRAINT bids_broker_id_fkey, DROP COLUMN broker_party, DROP COLUMN broker_id;
DROP TABLE mandates, invitations;

REVOKE UPDATE (name, legal_name, address, tax_id, logo_url, signature_provider, requires_authorization, updated_at)
    ON organizations FROM app_user;
GRANT UPDATE ON organizations TO app_user;
ALTER TABLE organizations RENAME COLUMN logo_url TO logo_key;
