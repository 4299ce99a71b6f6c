-- A transaction is posted on the day of its document, unless it says otherwise or that month is closed. Whether it came
-- ahead of its payment's invoice is known now alone.
CREATE OR REPLACE FUNCTION app.set_posted() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.posted_on := app.posting_day(NEW.owner_organization_id, coalesce(NEW.posted_on, NEW.paid_date));
    NEW.is_ahead := (SELECT p.invoiced_on IS NULL FROM payments AS p WHERE p.id = NEW.payment_id);
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_posted() FROM PUBLIC;

CREATE OR REPLACE TRIGGER payment_transactions_posted BEFORE INSERT ON payment_transactions
    FOR EACH ROW EXECUTE FUNCTION app.set_posted();
