-- A payment knows the day on which it was invoiced: the day jobs find the others by an index.
CREATE OR REPLACE FUNCTION app.mark_invoiced() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE payments AS p SET invoiced_on = NEW.issued_on WHERE p.id = NEW.payment_id;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION app.mark_invoiced() FROM PUBLIC;

CREATE OR REPLACE TRIGGER invoices_mark AFTER INSERT ON invoices
    FOR EACH ROW WHEN (NEW.kind = 'INVOICE') EXECUTE FUNCTION app.mark_invoiced();
