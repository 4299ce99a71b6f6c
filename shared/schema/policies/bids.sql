-- Both sides read and answer a bid, as does the client's broker.

ALTER TABLE bids ENABLE ROW LEVEL SECURITY;
ALTER TABLE bids FORCE ROW LEVEL SECURITY;

GRANT SELECT ON bids TO app_reader;
GRANT SELECT, INSERT ON bids TO app_user;
GRANT SELECT, UPDATE ON bids TO app_worker;
GRANT UPDATE (
    bid_amount, counter_offer_amount, contract_type, start_date, term_months, terms, valid_until, status, version,
    notes, decision_reason, decided_at, owner_party, updated_at, updated_by, broker_id, broker_party
) ON bids TO app_user;

-- Either side's organization reads.
CREATE POLICY read ON bids FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- A broker reads its clients' deals and acts on their bids.
CREATE POLICY represent ON bids FOR SELECT TO app_reader, app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

-- A client bids, or its broker for it.
CREATE POLICY add ON bids FOR INSERT TO app_user
    WITH CHECK (client_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));
CREATE POLICY represent_add ON bids FOR INSERT TO app_user
    WITH CHECK (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

CREATE POLICY change ON bids FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()));
CREATE POLICY represent_change ON bids FOR UPDATE TO app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

CREATE POLICY worker ON bids FOR ALL TO app_worker USING (true);

-- For app.hold_space() and app.obligations(), and app.remove_member() and app.forget_person(), which hand open bids
-- on.
CREATE POLICY definer ON bids FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON bids FOR UPDATE TO CURRENT_USER USING (true);
