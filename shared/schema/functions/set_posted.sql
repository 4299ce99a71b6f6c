-- A transaction is posted on the day of its document, unless it says otherwise.
CREATE OR REPLACE FUNCTION app.set_posted() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.posted_on := coalesce(NEW.posted_on, NEW.paid_date);
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_posted() FROM PUBLIC;

CREATE OR REPLACE TRIGGER payment_transactions_posted BEFORE INSERT ON payment_transactions
    FOR EACH ROW EXECUTE FUNCTION app.set_posted();
