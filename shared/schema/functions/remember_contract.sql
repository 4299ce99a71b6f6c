-- Keeps a contract's state before each change, in business time: reports use the building's days.
CREATE OR REPLACE FUNCTION app.remember_contract() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    INSERT INTO public.contract_history (contract_id, owner_organization_id, status, end_date, valid_until)
    VALUES (OLD.id, OLD.owner_organization_id, OLD.status, OLD.end_date, app.now());
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION app.remember_contract() FROM PUBLIC;

CREATE OR REPLACE TRIGGER contracts_remembered AFTER UPDATE ON contracts FOR EACH ROW
    WHEN ((OLD.status, OLD.end_date) IS DISTINCT FROM (NEW.status, NEW.end_date))
    EXECUTE FUNCTION app.remember_contract();
