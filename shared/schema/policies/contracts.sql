-- Both sides read a contract and advance it; what the deal froze stays frozen.

ALTER TABLE contracts ENABLE ROW LEVEL SECURITY;
ALTER TABLE contracts FORCE ROW LEVEL SECURITY;

GRANT SELECT ON contracts TO app_reader;
GRANT SELECT, INSERT ON contracts TO app_user;
GRANT SELECT, INSERT, UPDATE ON contracts TO app_worker;
GRANT UPDATE (
    end_date, status, signature_status, hold_until, executed_at, activated_at, terminated_at, termination_reason,
    task_token, updated_at, updated_by, sent_at, terminates_on, declined, end_credit,
    holdover_percent
) ON contracts TO app_user;

-- Either side's organization reads.
CREATE POLICY read ON contracts FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- A broker reads its clients' deals; it signs nothing for them.
CREATE POLICY represent ON contracts FOR SELECT TO app_reader, app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

-- Until a lease without a bid is sent for signature, it is its owner's draft.
CREATE POLICY sent ON contracts AS RESTRICTIVE FOR SELECT TO app_reader, app_user
    USING (bid_id IS NOT NULL OR renews_contract_id IS NOT NULL OR sent_at IS NOT NULL
        OR owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- The owner approves, or the client or its broker accepts a counter-offer: either makes the contract.
CREATE POLICY add ON contracts FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()));
CREATE POLICY represent_add ON contracts FOR INSERT TO app_user
    WITH CHECK (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

CREATE POLICY change ON contracts FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()));

CREATE POLICY worker ON contracts FOR ALL TO app_worker USING (true);

-- For app.obligations(), which reads one organization's only.
CREATE POLICY definer ON contracts FOR SELECT TO CURRENT_USER
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id()));

-- For app.has_something().
CREATE POLICY definer_admin ON contracts FOR SELECT TO CURRENT_USER USING ((SELECT app.is_admin()));

-- For search, which needs to know when a lease ends.
CREATE POLICY definer_search ON contracts FOR SELECT TO CURRENT_USER USING ((SELECT app.role()) IS NOT NULL);

-- For app.verified_document(), which asks for the contract of the one document that somebody holds.
CREATE POLICY definer_known ON contracts FOR SELECT TO CURRENT_USER
    USING (id = (SELECT nullif(current_setting('asked.contract', true), '')::uuid));

-- For app.claim_leases(), which moves one tenant's only.
CREATE POLICY definer_claim ON contracts FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON contracts FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);
