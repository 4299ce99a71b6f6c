-- Keeps a space's state before each change, in business time: reports use the building's days.
CREATE OR REPLACE FUNCTION app.remember_space() RETURNS trigger
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

REVOKE ALL ON FUNCTION app.remember_space() FROM PUBLIC;

CREATE OR REPLACE TRIGGER spaces_remembered AFTER UPDATE ON spaces FOR EACH ROW
    WHEN ((OLD.name, OLD.gross_sqft, OLD.is_leasable, OLD.base_price_monthly, OLD.currency,
           OLD.availability_status, OLD.deleted_at IS NULL)
          IS DISTINCT FROM
          (NEW.name, NEW.gross_sqft, NEW.is_leasable, NEW.base_price_monthly, NEW.currency,
           NEW.availability_status, NEW.deleted_at IS NULL))
    EXECUTE FUNCTION app.remember_space();
