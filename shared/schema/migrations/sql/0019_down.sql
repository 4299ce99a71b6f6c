DROP FUNCTION app.verified_document(text);
DROP POLICY definer_known ON contracts;

ALTER TABLE organizations DROP COLUMN complete_parties, DROP COLUMN bank_accounts;
ALTER TABLE contracts DROP COLUMN declined;
ALTER TABLE signatures DROP COLUMN title;

-- What the release before does not know. The objects stay in the bucket.
CREATE POLICY fill_down ON documents FOR ALL TO CURRENT_USER USING (true);
DELETE FROM documents WHERE kind IN ('EXECUTED', 'CREDIT_NOTE');
DROP POLICY fill_down ON documents;
ALTER TABLE documents
    DROP CONSTRAINT documents_kind_check,
    DROP CONSTRAINT documents_payment_id_check,
    ADD CONSTRAINT documents_kind_check CHECK (kind IN ('LEASE', 'INVOICE', 'RECEIPT')),
    ADD CONSTRAINT documents_payment_id_check CHECK ((kind = 'LEASE') = (payment_id IS NULL));
