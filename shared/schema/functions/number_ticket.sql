-- Gives a new ticket its owner's next number. The counter's row is locked until the transaction ends, so that numbers
-- have no gaps.
CREATE OR REPLACE FUNCTION app.number_ticket() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    INSERT INTO public.ticket_counters AS c (organization_id, last_number)
    VALUES (NEW.owner_organization_id, 1)
    ON CONFLICT (organization_id) DO UPDATE SET last_number = c.last_number + 1
    RETURNING c.last_number INTO NEW.number;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.number_ticket() FROM PUBLIC;

CREATE OR REPLACE TRIGGER tickets_numbered BEFORE INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION app.number_ticket();
