-- History is never edited: corrections are new rows. Only the leases of a tenant whom an import named by an e-mail address
-- go, with all that was written for them, to the organization that accepted the invitation; nothing else of a row changes.
CREATE OR REPLACE FUNCTION app.refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        after := to_jsonb(NEW);
        IF before ? 'client_organization_id' AND before - 'client_organization_id' = after - 'client_organization_id' THEN
            PERFORM FROM imported_tenants AS t
            WHERE t.organization_id = (before ->> 'client_organization_id')::uuid
              AND t.claimed_by = (after ->> 'client_organization_id')::uuid;
            IF FOUND THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

REVOKE ALL ON FUNCTION app.refuse_change() FROM PUBLIC;

CREATE OR REPLACE TRIGGER bid_versions_immutable BEFORE UPDATE OR DELETE ON bid_versions
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE OR REPLACE TRIGGER signatures_immutable BEFORE UPDATE OR DELETE ON signatures
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE OR REPLACE TRIGGER payment_transactions_immutable BEFORE UPDATE OR DELETE ON payment_transactions
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE OR REPLACE TRIGGER invoices_immutable BEFORE UPDATE OR DELETE ON invoices
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE OR REPLACE TRIGGER audit_seals_immutable BEFORE UPDATE OR DELETE ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE OR REPLACE TRIGGER space_history_immutable BEFORE UPDATE OR DELETE ON space_history
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE OR REPLACE TRIGGER contract_history_immutable BEFORE UPDATE OR DELETE ON contract_history
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE OR REPLACE TRIGGER index_values_immutable BEFORE UPDATE OR DELETE ON index_values
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();

-- A document that nobody signed may be deleted with its deal; none may change.
CREATE OR REPLACE TRIGGER documents_immutable BEFORE UPDATE ON documents
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
