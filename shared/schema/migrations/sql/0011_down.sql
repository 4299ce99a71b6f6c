-- Takes the eleventh migration back.

DROP FUNCTION app.has_something(uuid, uuid);
DROP FUNCTION app.forget_traces();
DROP POLICY definer_admin ON contracts;
DROP POLICY definer_forget ON audit_logs;
CREATE OR REPLACE TRIGGER audit_logs_immutable BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
DROP FUNCTION app.refuse_audit_change();
DROP POLICY add_read ON audit_logs;
REVOKE INSERT ON audit_logs FROM app_reader;
REVOKE SELECT ON audit_logs FROM app_worker;
DROP TABLE audit_seals, support_notes;
