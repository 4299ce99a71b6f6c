-- What spaces and leases were before they changed: a report as of a day that is past is the same whenever it is asked.
-- Only what was superseded is kept. What stood when this migration came is in the tables themselves until it changes.

CREATE TABLE space_history (
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    space_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    name VARCHAR(255) NOT NULL,
    gross_sqft NUMERIC(10, 2) NOT NULL,
    is_leasable BOOLEAN NOT NULL,
    base_price_monthly NUMERIC(12, 2),
    currency VARCHAR(3) NOT NULL,
    availability_status TEXT NOT NULL,
    is_deleted BOOLEAN NOT NULL,
    valid_until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT space_history_pkey PRIMARY KEY (space_id, valid_until, number),
    CONSTRAINT space_history_space_id_fkey FOREIGN KEY (space_id) REFERENCES spaces (id) ON DELETE RESTRICT
);

CREATE TABLE contract_history (
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    contract_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    status TEXT NOT NULL,
    end_date DATE,
    valid_until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT contract_history_pkey PRIMARY KEY (contract_id, valid_until, number),
    CONSTRAINT contract_history_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contracts (id)
        ON DELETE RESTRICT
);

ALTER TABLE space_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE space_history FORCE ROW LEVEL SECURITY;
ALTER TABLE contract_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE contract_history FORCE ROW LEVEL SECURITY;

GRANT SELECT ON space_history, contract_history TO app_reader;
CREATE POLICY read ON space_history FOR SELECT TO app_reader
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));
CREATE POLICY read ON contract_history FOR SELECT TO app_reader
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

-- The triggers act as the schema's owner, whom FORCE binds too: whoever changes a row may not write its past.
CREATE POLICY definer ON space_history FOR INSERT TO CURRENT_USER WITH CHECK (true);
CREATE POLICY definer ON contract_history FOR INSERT TO CURRENT_USER WITH CHECK (true);

CREATE TRIGGER space_history_immutable BEFORE UPDATE OR DELETE ON space_history
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER contract_history_immutable BEFORE UPDATE OR DELETE ON contract_history
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();

-- Business time: reports ask for the building's days.
CREATE FUNCTION app.remember_space() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    INSERT INTO public.space_history (space_id, owner_organization_id, name, gross_sqft, is_leasable,
                                      base_price_monthly, currency, availability_status, is_deleted, valid_until)
    VALUES (OLD.id, OLD.owner_organization_id, OLD.name, OLD.gross_sqft, OLD.is_leasable,
            OLD.base_price_monthly, OLD.currency, OLD.availability_status, OLD.deleted_at IS NOT NULL, app.now());
    RETURN NULL;
END
$$;

CREATE FUNCTION app.remember_contract() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    INSERT INTO public.contract_history (contract_id, owner_organization_id, status, end_date, valid_until)
    VALUES (OLD.id, OLD.owner_organization_id, OLD.status, OLD.end_date, app.now());
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION app.remember_space(), app.remember_contract() FROM PUBLIC;

CREATE TRIGGER spaces_remembered AFTER UPDATE ON spaces FOR EACH ROW
    WHEN ((OLD.name, OLD.gross_sqft, OLD.is_leasable, OLD.base_price_monthly, OLD.currency,
           OLD.availability_status, OLD.deleted_at IS NULL)
          IS DISTINCT FROM
          (NEW.name, NEW.gross_sqft, NEW.is_leasable, NEW.base_price_monthly, NEW.currency,
           NEW.availability_status, NEW.deleted_at IS NULL))
    EXECUTE FUNCTION app.remember_space();
CREATE TRIGGER contracts_remembered AFTER UPDATE ON contracts FOR EACH ROW
    WHEN ((OLD.status, OLD.end_date) IS DISTINCT FROM (NEW.status, NEW.end_date))
    EXECUTE FUNCTION app.remember_contract();
