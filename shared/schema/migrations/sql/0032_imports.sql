-- Imports; the leases of tenants who have no account yet; and the balance that a lease's books open with.

CREATE TABLE imports (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    user_id UUID NOT NULL,
    kind TEXT NOT NULL,
    status TEXT DEFAULT 'QUEUED' NOT NULL,
    dry_run BOOLEAN DEFAULT false NOT NULL,
    file_id UUID,
    file_name VARCHAR(255) NOT NULL,
    sha256 TEXT,
    position INTEGER DEFAULT 0 NOT NULL,
    total INTEGER,
    succeeded INTEGER DEFAULT 0 NOT NULL,
    failed INTEGER DEFAULT 0 NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    form JSONB,
    columns_read JSONB DEFAULT '[]'::jsonb NOT NULL,
    columns_ignored JSONB DEFAULT '[]'::jsonb NOT NULL,
    failure JSONB,
    told_at TIMESTAMP WITH TIME ZONE,
    started_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT imports_pkey PRIMARY KEY (id),
    CONSTRAINT imports_kind_check CHECK (kind IN ('BUILDINGS', 'LEASES')),
    CONSTRAINT imports_status_check CHECK (status IN ('QUEUED', 'RUNNING', 'COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED')),
    CONSTRAINT imports_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT imports_position_check CHECK (position = succeeded + failed),
    CONSTRAINT imports_total_check CHECK (position >= 0 AND position <= total),
    CONSTRAINT imports_failure_check CHECK ((status = 'FAILED') = (failure IS NOT NULL)),
    CONSTRAINT imports_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT imports_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT imports_file_id_fkey FOREIGN KEY(file_id) REFERENCES files (id) ON DELETE SET NULL
);

CREATE INDEX imports_file_id_idx ON imports (file_id);

CREATE UNIQUE INDEX imports_one_of_a_file ON imports (organization_id, kind, sha256) WHERE NOT dry_run AND status IN ('QUEUED', 'RUNNING', 'COMPLETED');

CREATE INDEX imports_page_idx ON imports (organization_id, id);

CREATE INDEX imports_unfinished_idx ON imports (updated_at) WHERE status IN ('QUEUED', 'RUNNING');

CREATE TABLE import_failures (
    import_id UUID NOT NULL,
    organization_id UUID NOT NULL,
    row INTEGER NOT NULL,
    cells JSONB NOT NULL,
    faults JSONB NOT NULL,
    CONSTRAINT import_failures_pkey PRIMARY KEY (import_id, row),
    CONSTRAINT import_failures_import_id_fkey FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE RESTRICT
);

CREATE TABLE import_keys (
    import_id UUID NOT NULL,
    key VARCHAR(255) NOT NULL,
    row INTEGER NOT NULL,
    CONSTRAINT import_keys_pkey PRIMARY KEY (import_id, key),
    CONSTRAINT import_keys_import_id_fkey FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE RESTRICT
);

CREATE TABLE imported_tenants (
    id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    email VARCHAR(255) NOT NULL,
    organization_id UUID NOT NULL,
    claimed_by UUID,
    claimed_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT imported_tenants_pkey PRIMARY KEY (id),
    CONSTRAINT imported_tenants_claimed_by_check CHECK ((claimed_by IS NULL) = (claimed_at IS NULL)),
    CONSTRAINT imported_tenants_organization_id_key UNIQUE (organization_id),
    CONSTRAINT imported_tenants_owner_organization_id_fkey FOREIGN KEY(owner_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT imported_tenants_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT imported_tenants_claimed_by_fkey FOREIGN KEY(claimed_by) REFERENCES organizations (id) ON DELETE RESTRICT
);

CREATE UNIQUE INDEX imported_tenants_unclaimed_key ON imported_tenants (owner_organization_id, lower(email)) WHERE claimed_by IS NULL;

-- An organization reads its own imports; the platform runs them.

ALTER TABLE imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE imports FORCE ROW LEVEL SECURITY;

GRANT SELECT ON imports TO app_reader;
GRANT SELECT, INSERT ON imports TO app_user;
GRANT SELECT, UPDATE ON imports TO app_worker;

CREATE POLICY read ON imports FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON imports FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON imports FOR ALL TO app_worker USING (true);

-- As imports.

ALTER TABLE import_failures ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_failures FORCE ROW LEVEL SECURITY;

GRANT SELECT ON import_failures TO app_reader;
GRANT SELECT, INSERT ON import_failures TO app_worker;

CREATE POLICY read ON import_failures FOR SELECT TO app_reader
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY worker ON import_failures FOR ALL TO app_worker USING (true);

-- A running import's own.

ALTER TABLE import_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_keys FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, DELETE ON import_keys TO app_worker;

CREATE POLICY worker ON import_keys FOR ALL TO app_worker USING (true);

-- Nobody reads who was imported by which address: a report never says whether it is known.

ALTER TABLE imported_tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE imported_tenants FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON imported_tenants TO app_worker;
GRANT SELECT ON imported_tenants TO app_auth;
GRANT UPDATE (claimed_by, claimed_at) ON imported_tenants TO app_auth;

CREATE POLICY worker ON imported_tenants FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON imported_tenants FOR ALL TO app_auth USING (true);

-- For app.claim_leases(), and for app.refuse_change() below it.
CREATE POLICY definer ON imported_tenants FOR SELECT TO CURRENT_USER USING (true);

-- A lease that was agreed elsewhere.
ALTER TABLE contracts ALTER COLUMN client_id DROP NOT NULL, ADD COLUMN external_id VARCHAR(255), ADD COLUMN imported JSONB;
ALTER TABLE payments
    ALTER COLUMN payer_id DROP NOT NULL,
    ADD COLUMN invoiced_elsewhere BOOLEAN DEFAULT false NOT NULL,
    DROP CONSTRAINT payments_charge_check,
    ADD CONSTRAINT payments_charge_check
        CHECK (charge IN ('RENT', 'DEPOSIT', 'LATE_FEE', 'INTEREST', 'OPENING_BALANCE')) NOT VALID;
ALTER TABLE payment_transactions
    DROP CONSTRAINT payment_transactions_kind_check,
    ADD CONSTRAINT payment_transactions_kind_check CHECK (kind IN (
        'PAYMENT', 'REVERSAL', 'CREDIT', 'APPLIED', 'FREED', 'DEPOSIT_APPLIED', 'DEPOSIT_RETURNED', 'WRITE_OFF', 'REFUND',
        'TRANSFER_OUT', 'TRANSFER_IN', 'DEPOSIT_TRANSFER_OUT', 'DEPOSIT_TRANSFER_IN', 'OPENING_BALANCE', 'OPENING_CHARGE',
        'OPENING_CREDIT', 'OPENING_FREED')) NOT VALID,
    DROP CONSTRAINT payment_transactions_payment_id_check,
    ADD CONSTRAINT payment_transactions_payment_id_check CHECK (
        payment_id IS NOT NULL
        OR kind IN ('REFUND', 'TRANSFER_OUT', 'TRANSFER_IN', 'REVERSAL', 'OPENING_CREDIT')) NOT VALID;
ALTER TABLE invitations
    ADD COLUMN inviting_organization_id UUID,
    ADD CONSTRAINT invitations_inviting_organization_id_fkey
        FOREIGN KEY (inviting_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT NOT VALID;

-- Imports write as the platform.
GRANT INSERT (
    id, owner_organization_id, owner_id, name, address, latitude, longitude, timezone, category, external_id,
    total_floors, amenities, country_code, created_at, updated_at, created_by, updated_by
) ON buildings TO app_worker;
GRANT UPDATE (
    name, address, latitude, longitude, timezone, total_floors, country_code, updated_at, updated_by
) ON buildings TO app_worker;
GRANT INSERT, UPDATE ON floors TO app_worker;
GRANT INSERT ON spaces, contracts TO app_worker;
GRANT INSERT (id, name) ON organizations TO app_worker;
GRANT SELECT (inviting_organization_id) ON invitations TO app_reader, app_user, app_worker;
GRANT INSERT (
    id, organization_id, email, role, token_hash, invited_by, expires_at, inviting_organization_id
) ON invitations TO app_worker;
CREATE POLICY invite ON invitations FOR INSERT TO app_worker WITH CHECK (inviting_organization_id IS NOT NULL);

-- A tenant who was imported takes their leases along.
CREATE POLICY definer_claim ON contracts FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON contracts FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);
CREATE POLICY definer_claim ON payments FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON payments FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);
CREATE POLICY definer_claim ON documents FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON documents FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);
CREATE POLICY definer_claim ON invoices FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON invoices FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);
CREATE POLICY definer_claim ON payment_transactions FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON payment_transactions FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);
CREATE POLICY definer_claim ON payment_plans FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON payment_plans FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);

-- Gives the leases of an imported tenant, with all that was written for them, to the organization that accepted the
-- invitation, and names the person who did; the contracts. Nothing else of what was written changes. One statement moves
-- all: a contract and what belongs to it name the same two organizations, at every moment.
CREATE OR REPLACE FUNCTION app.claim_leases(tenant_id uuid, user_id uuid) RETURNS uuid[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    tenant public.imported_tenants;
    claimed uuid[];
BEGIN
    SELECT t.* INTO tenant FROM public.imported_tenants AS t WHERE t.id = $1 AND t.claimed_by IS NOT NULL;
    IF NOT FOUND THEN
        RETURN '{}';
    END IF;
    PERFORM set_config('asked.tenant', tenant.organization_id::text, true);
    -- Nobody moves their money meanwhile.
    PERFORM pg_advisory_xact_lock(hashtextextended('money ' || c.id, 0))
    FROM (SELECT o.id FROM public.contracts AS o WHERE o.client_organization_id = tenant.organization_id ORDER BY o.id) AS c;
    WITH contract AS (
        UPDATE public.contracts AS c
        SET client_organization_id = tenant.claimed_by, client_id = $2, updated_at = now(),
            client_party = c.client_party || jsonb_build_object('user_id', $2, 'organization_id', tenant.claimed_by)
        WHERE c.client_organization_id = tenant.organization_id
        RETURNING c.id
    ), payment AS (
        UPDATE public.payments AS p SET client_organization_id = tenant.claimed_by, payer_id = $2, updated_at = now()
        WHERE p.client_organization_id = tenant.organization_id
    ), document AS (
        UPDATE public.documents AS d SET client_organization_id = tenant.claimed_by
        WHERE d.client_organization_id = tenant.organization_id AND tenant.organization_id <> tenant.claimed_by
    ), invoice AS (
        UPDATE public.invoices AS i SET client_organization_id = tenant.claimed_by
        WHERE i.client_organization_id = tenant.organization_id AND tenant.organization_id <> tenant.claimed_by
    ), transaction AS (
        UPDATE public.payment_transactions AS t SET client_organization_id = tenant.claimed_by
        WHERE t.client_organization_id = tenant.organization_id AND tenant.organization_id <> tenant.claimed_by
    ), plan AS (
        UPDATE public.payment_plans AS l SET client_organization_id = tenant.claimed_by
        WHERE l.client_organization_id = tenant.organization_id AND tenant.organization_id <> tenant.claimed_by
    )
    SELECT coalesce(array_agg(c.id ORDER BY c.id), '{}') INTO claimed FROM contract AS c;
    PERFORM set_config('asked.tenant', '', true);
    RETURN claimed;
END
$$;

REVOKE ALL ON FUNCTION app.claim_leases(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.claim_leases(uuid, uuid) TO app_auth;

-- How much a transaction of this kind adds to what the client owes on the contract's ledger. Credit that moves within the
-- contract changes nothing there, and a deposit that is returned was never the owner's. What was asked for and paid before
-- an import is in none of our documents: a ledger begins with what was owed, or was credit, beyond it.
CREATE OR REPLACE FUNCTION app.charged_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'PAYMENT' THEN -$2
                   WHEN 'CREDIT' THEN -$2
                   WHEN 'DEPOSIT_APPLIED' THEN -$2
                   WHEN 'WRITE_OFF' THEN -$2
                   WHEN 'TRANSFER_IN' THEN -$2
                   WHEN 'TRANSFER_OUT' THEN $2
                   WHEN 'REFUND' THEN $2
                   WHEN 'OPENING_CHARGE' THEN $2
                   WHEN 'OPENING_CREDIT' THEN -$2
                   WHEN 'OPENING_FREED' THEN -$2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.charged_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.charged_by(text, numeric) TO app_reader, app_user, app_worker;

-- How much a transaction of this kind adds to its contract's remaining credit.
CREATE OR REPLACE FUNCTION app.credited_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'CREDIT' THEN $2
                   WHEN 'FREED' THEN $2
                   WHEN 'DEPOSIT_APPLIED' THEN $2
                   WHEN 'TRANSFER_IN' THEN $2
                   WHEN 'TRANSFER_OUT' THEN -$2
                   WHEN 'REFUND' THEN -$2
                   WHEN 'APPLIED' THEN -$2
                   WHEN 'OPENING_CREDIT' THEN $2
                   WHEN 'OPENING_FREED' THEN $2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.credited_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.credited_by(text, numeric) TO app_reader, app_user, app_worker;

-- How much of its payment a transaction of this kind settles.
CREATE OR REPLACE FUNCTION app.settled_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'PAYMENT' THEN $2
                   WHEN 'APPLIED' THEN $2
                   WHEN 'FREED' THEN -$2
                   WHEN 'OPENING_BALANCE' THEN $2
                   WHEN 'OPENING_FREED' THEN -$2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.settled_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.settled_by(text, numeric) TO app_reader, app_user, app_worker;

-- The account that an invoice for this charge is credited to. A deposit is asked for and never earned.
CREATE OR REPLACE FUNCTION app.charged_to(charge text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'RENT' THEN 'RENT'
                   WHEN 'LATE_FEE' THEN 'LATE_INCOME'
                   WHEN 'INTEREST' THEN 'LATE_INCOME'
                   WHEN 'DEPOSIT' THEN 'DEPOSITS_ASKED'
                   WHEN 'OPENING_BALANCE' THEN 'OPENING_BALANCE' END
$$;

REVOKE ALL ON FUNCTION app.charged_to(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.charged_to(text) TO app_reader, app_user, app_worker;

-- History is never edited: corrections are new rows. Only the leases of a tenant whom an import named by an e-mail address
-- go, with all that was written for them, to the organization that accepted the invitation; nothing else of a row changes.
CREATE OR REPLACE FUNCTION app.refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        after := to_jsonb(NEW);
        IF before ? 'client_organization_id' AND before - 'client_organization_id' = after - 'client_organization_id' THEN
            PERFORM FROM imported_tenants AS t
            WHERE t.organization_id = (before ->> 'client_organization_id')::uuid
              AND t.claimed_by = (after ->> 'client_organization_id')::uuid;
            IF FOUND THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

REVOKE ALL ON FUNCTION app.refuse_change() FROM PUBLIC;

-- The double entry of everything that was ever invoiced, credited, received or moved: one entry for each document, whose
-- debits and credits are equal on each of its days. `account` is the account's role. Both sides of a transfer of credit
-- or of a deposit are one entry, of what moved out.
--
-- Money and credit ahead of an invoice stay tenant credit until the invoice. What was settled when the invoice was issued
-- is in the invoice's own entry; money that was recorded later with a day before the invoice settles it on the invoice's
-- day. What earlier releases wrote does not say whether it was ahead of its invoice: ids ascend with time.
--
-- What was owed, was credit or was held as a deposit before an import is booked against the opening balance. The rent that
-- was paid before is in the books of before, and in none of ours.
CREATE OR REPLACE VIEW journal_lines WITH (security_invoker = true) AS
SELECT i.id AS entry_id, i.owner_organization_id, i.contract_id, i.payment_id, i.currency, i.issued_on AS document_date,
       coalesce(i.posted_on, i.issued_on) AS posted_on, i.kind AS source,
       CASE i.kind WHEN 'INVOICE' THEN 'INV-' ELSE 'CN-' END
       || lpad(i.number::text, greatest(6, length(i.number::text)), '0') AS reference,
       line.place, line.account, greatest(line.amount, 0) AS debit, greatest(-line.amount, 0) AS credit
FROM invoices AS i
JOIN payments AS p ON p.id = i.payment_id
CROSS JOIN LATERAL (SELECT CASE i.kind WHEN 'INVOICE' THEN 1 ELSE -1 END AS sign) AS this
CROSS JOIN LATERAL (
    VALUES (1, 'RECEIVABLE', this.sign * i.total_amount),
           (2, app.charged_to(p.charge), -this.sign * i.net_amount),
           (3, 'TAX', -this.sign * i.tax_amount),
           (4, 'TENANT_CREDIT', i.paid_amount),
           (5, 'RECEIVABLE', -i.paid_amount)
) AS line (place, account, amount)
WHERE line.amount <> 0
UNION ALL
SELECT t.id, t.owner_organization_id, line.contract_id, t.payment_id, t.currency, t.paid_date, line.posted_on, t.kind,
       t.transaction_reference, line.place, line.account, greatest(line.amount, 0), greatest(-line.amount, 0)
FROM booked_transactions AS t
LEFT JOIN payments AS p ON p.id = t.payment_id
LEFT JOIN invoices AS i ON i.payment_id = t.payment_id AND i.kind = 'INVOICE'
CROSS JOIN LATERAL (
    SELECT coalesce(t.is_ahead, i.id IS NULL OR i.id > t.id) AS is_ahead,
           greatest(t.posted_on, coalesce(i.posted_on, i.issued_on)) AS settles_on,
           CASE WHEN t.original_kind IN ('OPENING_BALANCE', 'OPENING_FREED') THEN 0 ELSE t.settled END AS settled,
           CASE WHEN p.charge = 'DEPOSIT' THEN t.settled ELSE 0 END AS of_deposit
) AS this
CROSS JOIN LATERAL (
    VALUES (1, 'BANK', t.contract_id, t.posted_on, t.received),
           (2, CASE t.original_kind WHEN 'OPENING_BALANCE' THEN 'OPENING_BALANCE' ELSE 'DEPOSITS_ASKED' END, t.contract_id,
            t.posted_on, this.of_deposit),
           (3, 'DEPOSITS_HELD', t.contract_id, t.posted_on, t.deposit_used - this.of_deposit),
           (4, CASE WHEN p.charge = 'DEPOSIT' THEN 'DEPOSITS_ASKED' ELSE 'BAD_DEBT' END, t.contract_id, t.posted_on,
            t.written_off - t.relieved_tax),
           (5, 'TAX', t.contract_id, t.posted_on, t.relieved_tax),
           (6, 'TENANT_CREDIT', t.contract_id, t.posted_on,
            -t.credit - CASE WHEN this.is_ahead OR this.settles_on > t.posted_on THEN this.settled ELSE 0 END),
           (7, 'RECEIVABLE', t.contract_id, t.posted_on, -t.written_off),
           (8, 'TENANT_CREDIT', t.contract_id, this.settles_on,
            CASE WHEN NOT this.is_ahead AND this.settles_on > t.posted_on THEN this.settled ELSE 0 END),
           (9, 'RECEIVABLE', t.contract_id, this.settles_on, CASE WHEN this.is_ahead THEN 0 ELSE -this.settled END),
           (10, 'TENANT_CREDIT', t.other_contract_id, t.posted_on,
            CASE WHEN t.original_kind = 'TRANSFER_OUT' THEN t.credit ELSE 0 END),
           (11, 'DEPOSITS_HELD', t.other_contract_id, t.posted_on,
            CASE WHEN t.original_kind = 'DEPOSIT_TRANSFER_OUT' THEN -t.deposit_used ELSE 0 END),
           (12, 'RECEIVABLE', t.contract_id, t.posted_on,
            CASE WHEN t.original_kind = 'OPENING_CHARGE' THEN t.charged ELSE 0 END),
           (13, 'OPENING_BALANCE', t.contract_id, t.posted_on,
            CASE WHEN t.original_kind IN ('OPENING_CHARGE', 'OPENING_CREDIT', 'OPENING_FREED') THEN -t.charged ELSE 0 END)
) AS line (place, account, contract_id, posted_on, amount)
WHERE t.original_kind NOT IN ('TRANSFER_IN', 'DEPOSIT_TRANSFER_IN') AND line.amount <> 0;

GRANT SELECT ON journal_lines TO app_reader, app_user, app_worker;
