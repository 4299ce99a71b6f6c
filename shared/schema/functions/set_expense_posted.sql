-- An expense is posted on its own day, or the first one of the owner's first open month. A contractor who writes one down
-- does not read the owner's books.
CREATE OR REPLACE FUNCTION app.set_expense_posted() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    NEW.posted_on := app.posting_day(NEW.owner_organization_id, NEW.spent_on);
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_expense_posted() FROM PUBLIC;

CREATE OR REPLACE TRIGGER expenses_posted BEFORE INSERT ON expenses
    FOR EACH ROW EXECUTE FUNCTION app.set_expense_posted();
