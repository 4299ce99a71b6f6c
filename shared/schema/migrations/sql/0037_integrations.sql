-- Connections to accounting software, what maps to what there, and what of each document has become.

CREATE TABLE integration_attempts (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    user_id UUID NOT NULL,
    provider TEXT NOT NULL,
    state_sha256 TEXT NOT NULL,
    browser_sha256 TEXT NOT NULL,
    company_id VARCHAR(64),
    return_to VARCHAR(500) NOT NULL,
    starts_on DATE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    spent_at TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    CONSTRAINT integration_attempts_pkey PRIMARY KEY (id),
    CONSTRAINT integration_attempts_provider_check CHECK (provider IN ('quickbooks', 'zoho')),
    CONSTRAINT integration_attempts_state_sha256_check CHECK (state_sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT integration_attempts_browser_sha256_check CHECK (browser_sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT integration_attempts_state_sha256_key UNIQUE (state_sha256),
    CONSTRAINT integration_attempts_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT integration_attempts_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX integration_attempts_expiry_idx ON integration_attempts (expires_at);

CREATE INDEX integration_attempts_organization_id_provider_created_at_idx ON integration_attempts (organization_id, provider, created_at);

CREATE INDEX integration_attempts_user_id_idx ON integration_attempts (user_id);

CREATE TABLE integrations (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    provider TEXT NOT NULL,
    company_id VARCHAR(64) NOT NULL,
    company_name VARCHAR(255) NOT NULL,
    company_currency VARCHAR(3),
    company_country VARCHAR(64),
    status TEXT DEFAULT 'CONNECTED' NOT NULL,
    reason TEXT,
    user_id UUID NOT NULL,
    connected_at TIMESTAMP WITH TIME ZONE NOT NULL,
    accounts JSONB DEFAULT '{}'::jsonb NOT NULL,
    starts_on DATE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    looked_to UUID,
    batch_id UUID,
    sending_since TIMESTAMP WITH TIME ZONE,
    paused_until TIMESTAMP WITH TIME ZONE,
    failures INTEGER DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT integrations_pkey PRIMARY KEY (id),
    CONSTRAINT integrations_provider_check CHECK (provider IN ('quickbooks', 'zoho')),
    CONSTRAINT integrations_status_check CHECK (status IN ('CONNECTED', 'DISCONNECTED', 'REMOVED')),
    CONSTRAINT integrations_batch_check CHECK ((batch_id IS NULL) = (sending_since IS NULL)),
    CONSTRAINT integrations_organization_id_provider_company_id_key UNIQUE (organization_id, provider, company_id),
    CONSTRAINT integrations_organization_key UNIQUE (id, organization_id),
    CONSTRAINT integrations_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT integrations_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT integrations_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT integrations_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX integrations_live_idx ON integrations (id) WHERE status = 'CONNECTED';

CREATE UNIQUE INDEX integrations_one_per_provider ON integrations (organization_id, provider) WHERE status <> 'REMOVED';

CREATE INDEX integrations_user_id_idx ON integrations (user_id);

CREATE TABLE integration_targets (
    integration_id UUID NOT NULL,
    organization_id UUID NOT NULL,
    kind TEXT NOT NULL,
    external_id VARCHAR(64) NOT NULL,
    name VARCHAR(500) NOT NULL,
    type VARCHAR(100),
    read_id UUID NOT NULL,
    CONSTRAINT integration_targets_pkey PRIMARY KEY (integration_id, kind, external_id),
    CONSTRAINT integration_targets_kind_check CHECK (kind IN ('ACCOUNT', 'CUSTOMER')),
    CONSTRAINT integration_targets_integration_id_fkey FOREIGN KEY(integration_id, organization_id) REFERENCES integrations (id, organization_id) ON DELETE RESTRICT
);

CREATE INDEX integration_targets_name_idx ON integration_targets (integration_id, kind, lower(name), external_id);

CREATE TABLE integration_customers (
    integration_id UUID NOT NULL,
    organization_id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    external_id VARCHAR(64) NOT NULL,
    matched_by TEXT NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT integration_customers_pkey PRIMARY KEY (integration_id, client_organization_id),
    CONSTRAINT integration_customers_matched_by_check CHECK (matched_by IN ('PERSON', 'NAME', 'CREATED')),
    CONSTRAINT integration_customers_integration_id_fkey FOREIGN KEY(integration_id, organization_id) REFERENCES integrations (id, organization_id) ON DELETE RESTRICT,
    CONSTRAINT integration_customers_client_organization_id_fkey FOREIGN KEY(client_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT
);

CREATE INDEX integration_customers_client_organization_id_idx ON integration_customers (client_organization_id);

CREATE TABLE integration_documents (
    id UUID NOT NULL,
    integration_id UUID NOT NULL,
    organization_id UUID NOT NULL,
    entry_id UUID NOT NULL,
    kind TEXT NOT NULL,
    contract_id UUID NOT NULL,
    payment_id UUID,
    number VARCHAR(255),
    amount NUMERIC(12, 2) NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    posted_on DATE NOT NULL,
    status TEXT DEFAULT 'QUEUED' NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    refusals INTEGER DEFAULT 0 NOT NULL,
    retry_at TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    external_id VARCHAR(64),
    sent_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT integration_documents_pkey PRIMARY KEY (id),
    CONSTRAINT integration_documents_kind_check CHECK (kind IN ('INVOICE', 'CREDIT_NOTE', 'PAYMENT', 'WRITE_OFF', 'JOURNAL')),
    CONSTRAINT integration_documents_status_check CHECK (status IN ('QUEUED', 'SENDING', 'SENT', 'REFUSED')),
    CONSTRAINT integration_documents_sent_check CHECK ((status = 'SENT') = (sent_at IS NOT NULL)),
    CONSTRAINT integration_documents_external_id_check CHECK (status <> 'SENT' OR external_id IS NOT NULL),
    CONSTRAINT integration_documents_integration_id_fkey FOREIGN KEY(integration_id, organization_id) REFERENCES integrations (id, organization_id) ON DELETE RESTRICT,
    CONSTRAINT integration_documents_entry_key UNIQUE (integration_id, entry_id, kind),
    CONSTRAINT integration_documents_contract_id_fkey FOREIGN KEY(contract_id) REFERENCES contracts (id) ON DELETE RESTRICT,
    CONSTRAINT integration_documents_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (id) ON DELETE RESTRICT
);

CREATE INDEX integration_documents_contract_id_idx ON integration_documents (contract_id);

CREATE INDEX integration_documents_payment_id_idx ON integration_documents (payment_id);

CREATE INDEX integration_documents_waiting_idx ON integration_documents (integration_id, entry_id, kind) WHERE status <> 'SENT';

-- Written for whoever sets out for the provider; spent by the platform, when a browser comes back.

ALTER TABLE integration_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE integration_attempts FORCE ROW LEVEL SECURITY;

GRANT SELECT ON integration_attempts TO app_reader, app_user;
GRANT INSERT ON integration_attempts TO app_user;
GRANT SELECT, UPDATE, DELETE ON integration_attempts TO app_worker;

CREATE POLICY read ON integration_attempts FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON integration_attempts FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id()) AND organization_id = (SELECT app.organization_id()));

CREATE POLICY worker ON integration_attempts FOR ALL TO app_worker USING (true);

-- One organization's own. Its owners and financial officers map and take away; the platform connects and sends.

ALTER TABLE integrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE integrations FORCE ROW LEVEL SECURITY;

GRANT SELECT ON integrations TO app_reader, app_user;
GRANT UPDATE (accounts, starts_on, looked_to, paused_until, status, reason, updated_at, updated_by) ON integrations TO app_user;
GRANT SELECT, INSERT, UPDATE ON integrations TO app_worker;

CREATE POLICY read ON integrations FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY change ON integrations FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON integrations FOR ALL TO app_worker USING (true);

-- What the provider has; read by the platform, shown to the organization.

ALTER TABLE integration_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE integration_targets FORCE ROW LEVEL SECURITY;

GRANT SELECT ON integration_targets TO app_reader, app_user;
GRANT SELECT, INSERT, UPDATE, DELETE ON integration_targets TO app_worker;

CREATE POLICY read ON integration_targets FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY worker ON integration_targets FOR ALL TO app_worker USING (true);

-- Which customer a tenant is: a person of the organization says so, or the platform finds or creates it.

ALTER TABLE integration_customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE integration_customers FORCE ROW LEVEL SECURITY;

GRANT SELECT ON integration_customers TO app_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON integration_customers TO app_user;
GRANT SELECT, INSERT ON integration_customers TO app_worker;

CREATE POLICY read ON integration_customers FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY change ON integration_customers FOR ALL TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON integration_customers FOR ALL TO app_worker USING (true);

-- The log: the platform writes it, the organization reads it and asks for another try.

ALTER TABLE integration_documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE integration_documents FORCE ROW LEVEL SECURITY;

GRANT SELECT ON integration_documents TO app_reader, app_user;
GRANT UPDATE (status, retry_at, reason) ON integration_documents TO app_user;
GRANT SELECT, INSERT, UPDATE ON integration_documents TO app_worker;

CREATE POLICY read ON integration_documents FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY change ON integration_documents FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON integration_documents FOR ALL TO app_worker USING (true);
