-- What is owed of a payment, paid or not: what it asks for, less what credit notes took off and what was written off.
-- Nothing is owed of one that is cancelled. This is its only definition: whatever else comes to lower a debt is
-- subtracted here.
CREATE OR REPLACE FUNCTION app.set_owed() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.owed := CASE WHEN NEW.status = 'CANCELLED' THEN 0
                     ELSE NEW.amount + NEW.tax_amount - NEW.credited_amount - NEW.credited_tax
                          - NEW.written_off_amount END;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_owed() FROM PUBLIC;

CREATE OR REPLACE TRIGGER payments_owed BEFORE INSERT OR UPDATE ON payments
    FOR EACH ROW EXECUTE FUNCTION app.set_owed();
