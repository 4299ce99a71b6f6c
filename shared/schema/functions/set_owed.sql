-- What is owed on a payment, paid or not: its amount, less credit notes and what was written off. Nothing is owed on a
-- cancelled one. This is the only definition: anything else that reduces a debt is subtracted here.
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
