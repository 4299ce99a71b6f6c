-- Nothing in the audit log changes, except that a deleted account's origins (IP address, user agent) are erased.
CREATE OR REPLACE FUNCTION app.refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.ip_address IS NULL AND NEW.user_agent IS NULL
       AND to_jsonb(NEW) - '{ip_address,user_agent}'::text[] = to_jsonb(OLD) - '{ip_address,user_agent}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

REVOKE ALL ON FUNCTION app.refuse_audit_change() FROM PUBLIC;

CREATE OR REPLACE TRIGGER audit_logs_immutable BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION app.refuse_audit_change();
