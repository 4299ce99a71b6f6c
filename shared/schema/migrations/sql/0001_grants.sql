-- What each role may do at all, before row-level security says to which rows.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public, app TO app_reader, app_user, app_worker, app_auth;

GRANT EXECUTE ON FUNCTION
    app.set_ctx(uuid, uuid, text), app.user_id(), app.organization_id(), app.role(),
    app.is_admin(), app.reads_all(), app.now(), app.today(text),
    app.session_caller(uuid), app.connection_caller(text)
    TO app_reader, app_user, app_worker, app_auth;
GRANT EXECUTE ON FUNCTION app.lock_space(uuid), app.hold_space(uuid, uuid) TO app_user;
GRANT SELECT ON app.clock TO app_reader, app_user, app_worker, app_auth;

-- A caller reads. Secrets of users stay with app_auth.

GRANT SELECT ON
    organizations, buildings, floors, spaces, bids, bid_versions, contracts, documents, signatures,
    payments, payment_transactions, invoices, notifications, audit_logs
    TO app_reader, app_user;
GRANT SELECT (
    id, organization_id, email, name, phone, company, title, role, status, email_verified,
    two_factor_enabled, preferences, terms_accepted_at, last_login_at,
    created_at, updated_at, created_by, updated_by, deleted_at
) ON users TO app_reader, app_user, app_worker;

-- A caller writes. Nothing is deleted, history only grows, and what a deal froze stays frozen.

GRANT UPDATE ON organizations TO app_user;
GRANT UPDATE (name, phone, company, title, preferences, updated_at, updated_by, deleted_at)
    ON users TO app_user;
GRANT INSERT, UPDATE ON buildings, floors, spaces TO app_user;
GRANT INSERT ON bids, bid_versions, contracts, documents, signatures, payment_transactions, invoices
    TO app_user;
GRANT UPDATE (
    bid_amount, counter_offer_amount, contract_type, start_date, term_months, terms, valid_until,
    status, version, notes, decision_reason, decided_at, owner_party, updated_at, updated_by
) ON bids TO app_user;
GRANT UPDATE (
    status, signature_status, hold_until, executed_at, activated_at, terminated_at,
    termination_reason, task_token, updated_at, updated_by
) ON contracts TO app_user;
GRANT UPDATE (status, paid_amount, paid_date, payment_method, updated_at, updated_by)
    ON payments TO app_user;
GRANT SELECT, INSERT, UPDATE ON invoice_counters, idempotency_keys TO app_user;
GRANT UPDATE (is_read, read_at) ON notifications TO app_user;
GRANT INSERT ON audit_logs, outbox TO app_user, app_worker, app_auth;

-- Consumers, jobs and steps of the saga.

GRANT SELECT ON
    organizations, buildings, floors, spaces, bids, bid_versions, contracts, documents, signatures,
    payments, payment_transactions, invoices, invoice_counters, notifications, connections, outbox, inbox
    TO app_worker;
GRANT UPDATE ON spaces, bids, contracts, payments, invoice_counters TO app_worker;
GRANT UPDATE (published_at) ON outbox TO app_worker;
GRANT INSERT ON
    documents, payments, payment_transactions, invoices, invoice_counters, notifications, inbox
    TO app_worker;
-- Undoing a deal that never became one; keys hold whatever was signed, invoiced or paid.
GRANT DELETE ON documents, payments, connections TO app_worker;

-- Login, sessions, sockets.

GRANT SELECT, INSERT, UPDATE ON organizations, users, sessions, user_tokens, idempotency_keys TO app_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON login_attempts, connections TO app_auth;
