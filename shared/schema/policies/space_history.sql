-- A report reads what the owner's spaces were; a trigger alone writes it.

ALTER TABLE space_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE space_history FORCE ROW LEVEL SECURITY;

GRANT SELECT ON space_history TO app_reader;

CREATE POLICY read ON space_history FOR SELECT TO app_reader
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

-- For app.remember_space(): permission to change a row does not include its history.
CREATE POLICY definer ON space_history FOR INSERT TO CURRENT_USER WITH CHECK (true);
