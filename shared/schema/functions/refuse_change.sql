-- History is never edited: corrections are new rows.
CREATE OR REPLACE FUNCTION app.refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
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
