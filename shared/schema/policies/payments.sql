-- Both sides read what is due; the creditor's settles it.

ALTER TABLE payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments FORCE ROW LEVEL SECURITY;

GRANT SELECT ON payments TO app_reader, app_user;
GRANT SELECT, INSERT, UPDATE, DELETE ON payments TO app_worker;
GRANT UPDATE (
    paid_amount, paid_date, status, payment_method, updated_at, updated_by, credited_amount, credited_tax, invoiced_on,
    written_off_amount, late_until, taxes, tax_amount
) ON payments TO app_user;
GRANT INSERT (
    id, contract_id, owner_organization_id, client_organization_id, payer_id, charge, period_start, amount, currency, due_date,
    explanation, invoiced_elsewhere, invoiced_on
) ON payments TO app_user;

-- Either side's organization reads.
CREATE POLICY read ON payments FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- A broker reads its clients' money.
CREATE POLICY represent ON payments FOR SELECT TO app_reader, app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

-- Only the creditor's side records that money was received.
CREATE POLICY change ON payments FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

-- Credit that was spent when its money bounced is owed again, at once.
CREATE POLICY reclaim ON payments FOR INSERT TO app_user
    WITH CHECK (charge = 'RECLAIM'
                AND (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin())));

CREATE POLICY worker ON payments FOR ALL TO app_worker USING (true);

-- For app.obligations(), which reads one organization's only.
CREATE POLICY definer ON payments FOR SELECT TO CURRENT_USER
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id()));

-- For app.claim_leases(), which moves one tenant's only.
CREATE POLICY definer_claim ON payments FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON payments FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);
