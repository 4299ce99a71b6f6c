-- Both sides read what was paid; the creditor's records it, and nothing is ever changed.

ALTER TABLE payment_transactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_transactions FORCE ROW LEVEL SECURITY;

GRANT SELECT ON payment_transactions TO app_reader;
GRANT SELECT, INSERT ON payment_transactions TO app_user, app_worker;

-- Either side's organization reads.
CREATE POLICY read ON payment_transactions FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- A broker reads its clients' money.
CREATE POLICY represent ON payment_transactions FOR SELECT TO app_reader, app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

-- Only the creditor's side records that money was received.
CREATE POLICY add ON payment_transactions FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON payment_transactions FOR ALL TO app_worker USING (true);

-- For app.claim_leases(), which moves one tenant's only.
CREATE POLICY definer_claim ON payment_transactions FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON payment_transactions FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);
