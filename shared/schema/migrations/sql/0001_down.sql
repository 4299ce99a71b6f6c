-- Takes the first migration back. The roles stay: they belong to the cluster, and another database
-- may be using them; here they lose everything that was granted.

ALTER TABLE spaces DROP CONSTRAINT spaces_held_by_contract_id_fkey;
DROP TABLE
    signatures, documents, payment_transactions, invoices, payments, contracts, bid_versions, bids,
    spaces, floors, connections, user_tokens, sessions, notifications, idempotency_keys, buildings,
    audit_logs, users, invoice_counters, outbox, organizations, login_attempts, inbox;
DROP TABLE app.clock;

DROP FUNCTION
    app.refuse_change(), app.hold_space(uuid, uuid), app.lock_space(uuid),
    app.connection_caller(text), app.session_caller(uuid), app.today(text), app.now(),
    app.reads_all(), app.is_admin(), app.role(), app.organization_id(), app.user_id(),
    app.set_ctx(uuid, uuid, text);

REVOKE USAGE ON SCHEMA public, app FROM app_reader, app_user, app_worker, app_auth;
DROP EXTENSION btree_gist;
