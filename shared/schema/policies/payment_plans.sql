-- Both sides read what is paid by plan; the creditor's agrees to it and cancels it.

ALTER TABLE payment_plans ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_plans FORCE ROW LEVEL SECURITY;

GRANT SELECT ON payment_plans TO app_reader, app_worker;
GRANT SELECT, INSERT ON payment_plans TO app_user;
GRANT UPDATE (cancelled_on, cancel_reason, updated_at, updated_by) ON payment_plans TO app_user;

-- Either side's organization reads.
CREATE POLICY read ON payment_plans FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- A broker reads its clients' money.
CREATE POLICY represent ON payment_plans FOR SELECT TO app_reader, app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

-- Only the creditor's side agrees that a debt is paid later.
CREATE POLICY add ON payment_plans FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON payment_plans FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON payment_plans FOR SELECT TO app_worker USING (true);

-- For app.claim_leases(), which moves one tenant's only.
CREATE POLICY definer_claim ON payment_plans FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON payment_plans FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);
