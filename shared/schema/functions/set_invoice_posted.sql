-- An invoice or a credit note is posted on the day of its issue, unless that month is closed.
CREATE OR REPLACE FUNCTION app.set_invoice_posted() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.posted_on := app.posting_day(NEW.owner_organization_id, NEW.issued_on);
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_invoice_posted() FROM PUBLIC;

CREATE OR REPLACE TRIGGER invoices_posted BEFORE INSERT ON invoices
    FOR EACH ROW EXECUTE FUNCTION app.set_invoice_posted();
