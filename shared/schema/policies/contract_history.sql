-- A report reads what the owner's contracts were; a trigger alone writes it.

ALTER TABLE contract_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE contract_history FORCE ROW LEVEL SECURITY;

GRANT SELECT ON contract_history TO app_reader;

CREATE POLICY read ON contract_history FOR SELECT TO app_reader
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

-- For app.remember_contract(): permission to change a row does not include its history.
CREATE POLICY definer ON contract_history FOR INSERT TO CURRENT_USER WITH CHECK (true);
