-- The core tables: the state of shared/schema/tables/ when the first migration was written.

CREATE TABLE organizations (
    id UUID NOT NULL,
    name VARCHAR(255) NOT NULL,
    legal_name VARCHAR(255),
    address JSONB,
    tax_id VARCHAR(64),
    logo_key VARCHAR(500),
    signature_provider TEXT DEFAULT 'BUILT_IN' NOT NULL,
    requires_authorization BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT organizations_pkey PRIMARY KEY (id),
    CONSTRAINT organizations_signature_provider_check CHECK (signature_provider IN ('BUILT_IN', 'DOCUSIGN'))
);

CREATE TABLE login_attempts (
    email_hash TEXT NOT NULL,
    failed_attempts INTEGER DEFAULT 0 NOT NULL,
    locked_until TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT login_attempts_pkey PRIMARY KEY (email_hash)
);

CREATE TABLE outbox (
    id UUID NOT NULL,
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    name VARCHAR(100) NOT NULL,
    object_type VARCHAR(50) NOT NULL,
    object_id UUID,
    payload JSONB DEFAULT '{}'::jsonb NOT NULL,
    correlation_id VARCHAR(64),
    actor UUID,
    organization_id UUID,
    occurred_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT outbox_pkey PRIMARY KEY (id)
);
CREATE INDEX outbox_unpublished_idx ON outbox (seq) WHERE published_at IS NULL;
CREATE INDEX outbox_object_id_seq_idx ON outbox (object_id, seq);

CREATE TABLE inbox (
    consumer TEXT NOT NULL,
    event_id UUID NOT NULL,
    handled_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id)
);

CREATE TABLE app.clock (
    id BOOLEAN DEFAULT true NOT NULL,
    offset_days INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT clock_pkey PRIMARY KEY (id),
    CONSTRAINT clock_one_row_check CHECK (id)
);

CREATE TABLE users (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    email TEXT NOT NULL,
    password_hash VARCHAR(255) NOT NULL,
    name VARCHAR(255) NOT NULL,
    phone VARCHAR(32),
    company VARCHAR(255),
    title VARCHAR(255),
    role TEXT NOT NULL,
    status TEXT DEFAULT 'ACTIVE' NOT NULL,
    email_verified BOOLEAN DEFAULT false NOT NULL,
    two_factor_enabled BOOLEAN DEFAULT false NOT NULL,
    two_factor_secret VARCHAR(500),
    token_version INTEGER DEFAULT 1 NOT NULL,
    preferences JSONB DEFAULT '{}'::jsonb NOT NULL,
    terms_accepted_at TIMESTAMP WITH TIME ZONE,
    last_login_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    deleted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_role_check
        CHECK (role IN ('SUPER_ADMIN', 'OWNER', 'CLIENT', 'BROKER', 'AGENT', 'FINANCIAL_OFFICER', 'CONTRACTOR', 'SUPPORT')),
    CONSTRAINT users_status_check CHECK (status IN ('ACTIVE', 'SUSPENDED')),
    CONSTRAINT users_email_check CHECK (char_length(email) <= 255),
    CONSTRAINT users_organization_id_fkey FOREIGN KEY(organization_id)
        REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT users_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT users_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE INDEX users_organization_id_idx ON users (organization_id);

CREATE TABLE invoice_counters (
    organization_id UUID NOT NULL,
    last_number INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT invoice_counters_pkey PRIMARY KEY (organization_id),
    CONSTRAINT invoice_counters_organization_id_fkey FOREIGN KEY(organization_id)
        REFERENCES organizations (id) ON DELETE RESTRICT
);

CREATE TABLE sessions (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    refresh_hash TEXT NOT NULL,
    previous_hash TEXT,
    rotated_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_reason TEXT,
    ip_address INET,
    user_agent TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_refresh_hash_key UNIQUE (refresh_hash),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX sessions_user_id_created_at_idx ON sessions (user_id, created_at);

CREATE TABLE user_tokens (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    purpose TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    spent_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT user_tokens_pkey PRIMARY KEY (id),
    CONSTRAINT user_tokens_purpose_check CHECK (purpose IN ('EMAIL_VERIFICATION', 'PASSWORD_RESET')),
    CONSTRAINT user_tokens_token_hash_key UNIQUE (token_hash),
    CONSTRAINT user_tokens_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX user_tokens_user_id_purpose_idx ON user_tokens (user_id, purpose);

CREATE TABLE buildings (
    id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    owner_id UUID NOT NULL,
    name VARCHAR(255) NOT NULL,
    address JSONB NOT NULL,
    latitude NUMERIC(10, 8),
    longitude NUMERIC(11, 8),
    timezone TEXT DEFAULT 'UTC' NOT NULL,
    category TEXT DEFAULT 'COMMERCIAL' NOT NULL,
    external_id VARCHAR(255),
    total_floors INTEGER NOT NULL,
    amenities JSONB DEFAULT '[]'::jsonb NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    deleted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT buildings_pkey PRIMARY KEY (id),
    CONSTRAINT buildings_total_floors_check CHECK (total_floors > 0),
    CONSTRAINT buildings_latitude_check CHECK (latitude BETWEEN -90 AND 90),
    CONSTRAINT buildings_longitude_check CHECK (longitude BETWEEN -180 AND 180),
    CONSTRAINT buildings_owner_key UNIQUE (id, owner_organization_id),
    CONSTRAINT buildings_owner_organization_id_fkey FOREIGN KEY(owner_organization_id)
        REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT buildings_owner_id_fkey FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT buildings_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT buildings_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX buildings_newest_idx ON buildings (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX buildings_external_id_key ON buildings (owner_organization_id, external_id)
    WHERE deleted_at IS NULL;
CREATE INDEX buildings_page_idx ON buildings (owner_organization_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;

CREATE TABLE notifications (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    event_id UUID,
    type VARCHAR(50) NOT NULL,
    title VARCHAR(255) NOT NULL,
    message TEXT NOT NULL,
    metadata JSONB DEFAULT '{}'::jsonb NOT NULL,
    is_read BOOLEAN DEFAULT false NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT notifications_pkey PRIMARY KEY (id),
    CONSTRAINT notifications_one_per_event UNIQUE (user_id, event_id, type),
    CONSTRAINT notifications_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX notifications_unread_idx ON notifications (user_id, id) WHERE NOT is_read;
CREATE INDEX notifications_page_idx ON notifications (user_id, id);

CREATE TABLE audit_logs (
    id UUID NOT NULL,
    organization_id UUID,
    user_id UUID,
    on_behalf_of UUID,
    operation VARCHAR(100) NOT NULL,
    action VARCHAR(100) NOT NULL,
    resource_type VARCHAR(50) NOT NULL,
    resource_id UUID,
    ip_address INET,
    user_agent TEXT,
    request_body JSONB,
    response_status INTEGER,
    before JSONB,
    after JSONB,
    correlation_id VARCHAR(64),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT audit_logs_pkey PRIMARY KEY (id),
    CONSTRAINT audit_logs_organization_id_fkey FOREIGN KEY(organization_id)
        REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT audit_logs_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT audit_logs_on_behalf_of_fkey FOREIGN KEY(on_behalf_of)
        REFERENCES organizations (id) ON DELETE RESTRICT
);
CREATE INDEX audit_logs_resource_idx ON audit_logs (resource_type, resource_id, created_at);
CREATE INDEX audit_logs_organization_idx ON audit_logs (organization_id, created_at, id);
CREATE INDEX audit_logs_newest_idx ON audit_logs (created_at, id);
CREATE INDEX audit_logs_user_idx ON audit_logs (user_id, created_at, id);

CREATE TABLE idempotency_keys (
    user_id UUID NOT NULL,
    key VARCHAR(255) NOT NULL,
    operation VARCHAR(100) NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER,
    body TEXT,
    headers JSONB,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key),
    CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

CREATE TABLE floors (
    id UUID NOT NULL,
    building_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    floor_number INTEGER NOT NULL,
    total_sqft NUMERIC(10, 2),
    common_area_sqft NUMERIC(10, 2) DEFAULT 0 NOT NULL,
    net_leasable_sqft NUMERIC(10, 2) GENERATED ALWAYS AS (total_sqft - common_area_sqft) STORED,
    amenities JSONB DEFAULT '[]'::jsonb NOT NULL,
    floor_plan_url VARCHAR(500),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    deleted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT floors_pkey PRIMARY KEY (id),
    CONSTRAINT floors_total_sqft_check CHECK (total_sqft >= 0),
    CONSTRAINT floors_common_area_sqft_check CHECK (common_area_sqft >= 0 AND common_area_sqft <= total_sqft),
    CONSTRAINT floors_building_id_fkey FOREIGN KEY(building_id, owner_organization_id)
        REFERENCES buildings (id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT floors_building_key UNIQUE (id, building_id),
    CONSTRAINT floors_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT floors_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX floors_floor_number_key ON floors (building_id, floor_number) WHERE deleted_at IS NULL;

CREATE TABLE connections (
    connection_id TEXT NOT NULL,
    user_id UUID,
    organization_id UUID,
    session_id UUID,
    role TEXT,
    connected_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    authenticated_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT connections_pkey PRIMARY KEY (connection_id),
    CONSTRAINT connections_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT connections_organization_id_fkey FOREIGN KEY(organization_id)
        REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT connections_session_id_fkey FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE RESTRICT
);
CREATE INDEX connections_expires_at_idx ON connections (expires_at);
CREATE INDEX connections_user_id_idx ON connections (user_id);
CREATE INDEX connections_session_id_idx ON connections (session_id);

CREATE TABLE spaces (
    id UUID NOT NULL,
    floor_id UUID NOT NULL,
    building_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    name VARCHAR(255) NOT NULL,
    gross_sqft NUMERIC(10, 2) NOT NULL,
    usable_sqft NUMERIC(10, 2) NOT NULL,
    usage_type TEXT NOT NULL,
    is_leasable BOOLEAN DEFAULT true NOT NULL,
    base_price_monthly NUMERIC(12, 2),
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    availability_status TEXT DEFAULT 'AVAILABLE' NOT NULL,
    held_by_contract_id UUID,
    external_id VARCHAR(255),
    amenities JSONB DEFAULT '[]'::jsonb NOT NULL,
    images JSONB DEFAULT '[]'::jsonb NOT NULL,
    price_minor BIGINT GENERATED ALWAYS AS ((base_price_monthly * 100::numeric)::bigint) STORED,
    gross_sqft_hundredths BIGINT GENERATED ALWAYS AS ((gross_sqft * 100::numeric)::bigint) STORED,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    deleted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT spaces_pkey PRIMARY KEY (id),
    CONSTRAINT spaces_usage_type_check
        CHECK (usage_type IN ('OFFICE', 'CANTEEN', 'RESTROOM', 'STORAGE', 'CORRIDOR', 'JANITOR', 'OTHER')),
    CONSTRAINT spaces_availability_status_check
        CHECK (availability_status IN ('AVAILABLE', 'OCCUPIED', 'MAINTENANCE', 'RESERVED')),
    CONSTRAINT spaces_sqft_check CHECK (gross_sqft > 0 AND usable_sqft >= 0),
    CONSTRAINT spaces_usable_sqft_check CHECK (usable_sqft <= gross_sqft),
    CONSTRAINT spaces_base_price_monthly_check CHECK (base_price_monthly >= 0),
    CONSTRAINT spaces_floor_id_fkey FOREIGN KEY(floor_id, building_id)
        REFERENCES floors (id, building_id) ON DELETE RESTRICT,
    CONSTRAINT spaces_building_id_fkey FOREIGN KEY(building_id, owner_organization_id)
        REFERENCES buildings (id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT spaces_owner_key UNIQUE (id, building_id, owner_organization_id),
    CONSTRAINT spaces_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT spaces_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX spaces_floor_id_idx ON spaces (floor_id);
CREATE UNIQUE INDEX spaces_external_id_key ON spaces (owner_organization_id, external_id)
    WHERE deleted_at IS NULL;
CREATE INDEX spaces_building_id_idx ON spaces (building_id);
CREATE INDEX spaces_newest_idx ON spaces (created_at DESC, id DESC) WHERE is_leasable AND deleted_at IS NULL;
CREATE INDEX spaces_price_desc_idx ON spaces (price_minor DESC NULLS LAST, id DESC)
    WHERE is_leasable AND deleted_at IS NULL;
CREATE INDEX spaces_price_idx ON spaces (price_minor, id) WHERE is_leasable AND deleted_at IS NULL;
CREATE INDEX spaces_own_page_idx ON spaces (owner_organization_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX spaces_held_by_contract_id_idx ON spaces (held_by_contract_id)
    WHERE held_by_contract_id IS NOT NULL;
CREATE INDEX spaces_sqft_idx ON spaces (gross_sqft_hundredths, id) WHERE is_leasable AND deleted_at IS NULL;

CREATE TABLE bids (
    id UUID NOT NULL,
    space_id UUID NOT NULL,
    building_id UUID NOT NULL,
    owner_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    client_id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    bid_amount NUMERIC(12, 2) NOT NULL,
    counter_offer_amount NUMERIC(12, 2),
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    contract_type TEXT DEFAULT 'LEASE' NOT NULL,
    start_date DATE NOT NULL,
    term_months INTEGER,
    terms JSONB DEFAULT '{}'::jsonb NOT NULL,
    valid_until DATE,
    status TEXT DEFAULT 'PENDING' NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    notes TEXT,
    decision_reason TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    client_party JSONB NOT NULL,
    owner_party JSONB,
    premises JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT bids_pkey PRIMARY KEY (id),
    CONSTRAINT bids_bid_amount_check CHECK (bid_amount > 0),
    CONSTRAINT bids_counter_offer_amount_check CHECK (counter_offer_amount > 0),
    CONSTRAINT bids_status_check
        CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED', 'COUNTER_OFFERED', 'WITHDRAWN')),
    CONSTRAINT bids_contract_type_check CHECK (contract_type IN ('LEASE', 'RENTAL', 'SALE')),
    CONSTRAINT bids_term_months_check CHECK (term_months BETWEEN 1 AND 600),
    CONSTRAINT bids_term_check CHECK ((contract_type = 'SALE') OR (term_months IS NOT NULL)),
    CONSTRAINT bids_space_id_fkey FOREIGN KEY(space_id, building_id, owner_organization_id)
        REFERENCES spaces (id, building_id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT bids_sides_key UNIQUE (id, owner_organization_id, client_organization_id),
    CONSTRAINT bids_owner_id_fkey FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT bids_client_id_fkey FOREIGN KEY(client_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT bids_client_organization_id_fkey FOREIGN KEY(client_organization_id)
        REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT bids_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT bids_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX bids_one_open_per_client ON bids (space_id, client_organization_id)
    WHERE status IN ('PENDING', 'COUNTER_OFFERED');
CREATE INDEX bids_space_page_idx ON bids (space_id, created_at DESC, id DESC);
CREATE INDEX bids_owner_page_idx ON bids (owner_organization_id, created_at DESC, id DESC);
CREATE INDEX bids_newest_idx ON bids (created_at DESC, id DESC);
CREATE INDEX bids_client_page_idx ON bids (client_organization_id, created_at DESC, id DESC);

CREATE TABLE bid_versions (
    id UUID NOT NULL,
    bid_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    version INTEGER NOT NULL,
    side TEXT NOT NULL,
    author_id UUID NOT NULL,
    amount NUMERIC(12, 2) NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    contract_type TEXT DEFAULT 'LEASE' NOT NULL,
    start_date DATE NOT NULL,
    term_months INTEGER,
    terms JSONB DEFAULT '{}'::jsonb NOT NULL,
    valid_until DATE,
    notes TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT bid_versions_pkey PRIMARY KEY (id),
    CONSTRAINT bid_versions_amount_check CHECK (amount > 0),
    CONSTRAINT bid_versions_version_check CHECK (version > 0),
    CONSTRAINT bid_versions_side_check CHECK (side IN ('OWNER', 'CLIENT')),
    CONSTRAINT bid_versions_contract_type_check CHECK (contract_type IN ('LEASE', 'RENTAL', 'SALE')),
    CONSTRAINT bid_versions_term_months_check CHECK (term_months BETWEEN 1 AND 600),
    CONSTRAINT bid_versions_term_check CHECK ((contract_type = 'SALE') OR (term_months IS NOT NULL)),
    CONSTRAINT bid_versions_bid_id_fkey FOREIGN KEY(bid_id, owner_organization_id, client_organization_id)
        REFERENCES bids (id, owner_organization_id, client_organization_id) ON DELETE RESTRICT,
    CONSTRAINT bid_versions_bid_id_version_key UNIQUE (bid_id, version),
    CONSTRAINT bid_versions_author_id_fkey FOREIGN KEY(author_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE TABLE contracts (
    id UUID NOT NULL,
    bid_id UUID,
    renews_contract_id UUID,
    space_id UUID NOT NULL,
    building_id UUID NOT NULL,
    owner_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    client_id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    contract_type TEXT DEFAULT 'LEASE' NOT NULL,
    start_date DATE NOT NULL,
    term_months INTEGER,
    terms JSONB DEFAULT '{}'::jsonb NOT NULL,
    end_date DATE,
    base_rent NUMERIC(12, 2) NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    billing_frequency TEXT DEFAULT 'MONTHLY' NOT NULL,
    proration TEXT DEFAULT 'ACTUAL_MONTH' NOT NULL,
    deposit_months NUMERIC(6, 2) DEFAULT 0 NOT NULL,
    tax_percent NUMERIC(7, 4) DEFAULT 0 NOT NULL,
    escalation JSONB,
    free_rent JSONB,
    late_policy JSONB,
    schedule_total NUMERIC(12, 2),
    owner_party JSONB NOT NULL,
    client_party JSONB NOT NULL,
    premises JSONB NOT NULL,
    status TEXT DEFAULT 'DRAFT' NOT NULL,
    signature_status TEXT DEFAULT 'NONE' NOT NULL,
    signature_provider TEXT DEFAULT 'BUILT_IN' NOT NULL,
    envelope_id TEXT,
    hold_until TIMESTAMP WITH TIME ZONE,
    executed_at TIMESTAMP WITH TIME ZONE,
    activated_at TIMESTAMP WITH TIME ZONE,
    terminated_at TIMESTAMP WITH TIME ZONE,
    termination_reason TEXT,
    version INTEGER DEFAULT 1 NOT NULL,
    document_key VARCHAR(500),
    document_sha256 TEXT,
    execution_arn TEXT,
    execution_started_at TIMESTAMP WITH TIME ZONE,
    execution_ended_at TIMESTAMP WITH TIME ZONE,
    task_token TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT contracts_pkey PRIMARY KEY (id),
    CONSTRAINT contracts_contract_type_check CHECK (contract_type IN ('LEASE', 'RENTAL', 'SALE')),
    CONSTRAINT contracts_term_months_check CHECK (term_months BETWEEN 1 AND 600),
    CONSTRAINT contracts_term_check CHECK ((contract_type = 'SALE') OR (term_months IS NOT NULL)),
    CONSTRAINT contracts_status_check
        CHECK (status IN ('DRAFT', 'PENDING_SIGNATURE', 'SIGNED', 'ACTIVE', 'EXPIRED', 'TERMINATED')),
    CONSTRAINT contracts_signature_status_check
        CHECK (signature_status IN ('NONE', 'SIGNED_BY_CLIENT', 'SIGNED_BY_OWNER', 'PENDING_ADMIN', 'FULLY_SIGNED')),
    CONSTRAINT contracts_signature_provider_check CHECK (signature_provider IN ('BUILT_IN', 'DOCUSIGN')),
    CONSTRAINT contracts_billing_frequency_check
        CHECK (billing_frequency IN ('MONTHLY', 'QUARTERLY', 'ANNUAL')),
    CONSTRAINT contracts_proration_check CHECK (proration IN ('ACTUAL_MONTH', 'ACTUAL_365', 'THIRTY_360')),
    CONSTRAINT contracts_document_sha256_check CHECK (document_sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT contracts_base_rent_check CHECK (base_rent > 0),
    CONSTRAINT contracts_deposit_months_check CHECK (deposit_months >= 0),
    CONSTRAINT contracts_tax_percent_check CHECK (tax_percent >= 0),
    CONSTRAINT contracts_end_date_check CHECK ((end_date IS NULL) = (contract_type = 'SALE')),
    CONSTRAINT contracts_dates_check CHECK (end_date > start_date),
    CONSTRAINT contracts_space_id_fkey FOREIGN KEY(space_id, building_id, owner_organization_id)
        REFERENCES spaces (id, building_id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT contracts_one_lease_at_a_time
        EXCLUDE USING gist (space_id WITH =, daterange(start_date, end_date, '[]') WITH &&)
        WHERE (status IN ('SIGNED', 'ACTIVE')
            OR (bid_id IS NOT NULL AND status IN ('DRAFT', 'PENDING_SIGNATURE'))),
    CONSTRAINT contracts_one_per_bid UNIQUE (bid_id),
    CONSTRAINT contracts_envelope_id_key UNIQUE (envelope_id),
    CONSTRAINT contracts_sides_key UNIQUE (id, owner_organization_id, client_organization_id),
    CONSTRAINT contracts_bid_id_fkey FOREIGN KEY(bid_id) REFERENCES bids (id) ON DELETE RESTRICT,
    CONSTRAINT contracts_renews_contract_id_fkey FOREIGN KEY(renews_contract_id)
        REFERENCES contracts (id) ON DELETE RESTRICT,
    CONSTRAINT contracts_owner_id_fkey FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT contracts_client_id_fkey FOREIGN KEY(client_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT contracts_client_organization_id_fkey FOREIGN KEY(client_organization_id)
        REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT contracts_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT contracts_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX contracts_client_page_idx ON contracts (client_organization_id, created_at DESC, id DESC);
CREATE INDEX contracts_hold_idx ON contracts (hold_until) WHERE status IN ('DRAFT', 'PENDING_SIGNATURE');
CREATE INDEX contracts_newest_idx ON contracts (created_at DESC, id DESC);
CREATE INDEX contracts_saga_idx ON contracts (created_at)
    WHERE bid_id IS NOT NULL AND execution_ended_at IS NULL;
CREATE INDEX contracts_owner_page_idx ON contracts (owner_organization_id, created_at DESC, id DESC);
CREATE INDEX contracts_space_id_idx ON contracts (space_id);
CREATE INDEX contracts_status_dates_idx ON contracts (status, start_date, end_date);

CREATE TABLE payments (
    id UUID NOT NULL,
    contract_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    payer_id UUID NOT NULL,
    charge TEXT DEFAULT 'RENT' NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE,
    amount NUMERIC(12, 2) NOT NULL,
    abatement NUMERIC(12, 2) DEFAULT '0' NOT NULL,
    paid_amount NUMERIC(12, 2) DEFAULT '0' NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    due_date DATE NOT NULL,
    paid_date DATE,
    status TEXT DEFAULT 'SCHEDULED' NOT NULL,
    installment_number INTEGER,
    total_installments INTEGER,
    payment_method VARCHAR(50),
    explanation JSONB,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT payments_pkey PRIMARY KEY (id),
    CONSTRAINT payments_charge_check CHECK (charge IN ('RENT', 'DEPOSIT', 'LATE_FEE', 'INTEREST')),
    CONSTRAINT payments_status_check CHECK (status IN ('SCHEDULED', 'DUE', 'PAID', 'OVERDUE', 'CANCELLED')),
    CONSTRAINT payments_amount_check CHECK (amount >= 0 AND abatement >= 0 AND paid_amount >= 0),
    CONSTRAINT payments_period_check CHECK (period_end >= period_start),
    CONSTRAINT payments_installment_check CHECK ((charge = 'RENT') = (installment_number IS NOT NULL)),
    CONSTRAINT payments_installment_number_check
        CHECK ((installment_number IS NULL) = (total_installments IS NULL)
            AND installment_number > 0 AND installment_number <= total_installments),
    CONSTRAINT payments_contract_id_fkey FOREIGN KEY(contract_id, owner_organization_id, client_organization_id)
        REFERENCES contracts (id, owner_organization_id, client_organization_id) ON DELETE RESTRICT,
    CONSTRAINT payments_one_per_period UNIQUE (contract_id, charge, period_start),
    CONSTRAINT payments_contract_key UNIQUE (id, contract_id),
    CONSTRAINT payments_payer_id_fkey FOREIGN KEY(payer_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT payments_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT payments_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX payments_owner_page_idx ON payments (owner_organization_id, due_date, id);
CREATE INDEX payments_due_idx ON payments (due_date, id);
CREATE INDEX payments_client_page_idx ON payments (client_organization_id, due_date, id);
CREATE INDEX payments_status_due_idx ON payments (status, due_date, id);
CREATE INDEX payments_contract_page_idx ON payments (contract_id, due_date, id);

CREATE TABLE invoices (
    id UUID NOT NULL,
    contract_id UUID NOT NULL,
    payment_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    kind TEXT DEFAULT 'INVOICE' NOT NULL,
    number INTEGER NOT NULL,
    credits_invoice_id UUID,
    reason TEXT,
    net_amount NUMERIC(12, 2) NOT NULL,
    tax_percent NUMERIC(7, 4) DEFAULT 0 NOT NULL,
    tax_amount NUMERIC(12, 2) DEFAULT '0' NOT NULL,
    total_amount NUMERIC(12, 2) NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    issued_on DATE NOT NULL,
    due_date DATE NOT NULL,
    lines JSONB DEFAULT '[]'::jsonb NOT NULL,
    owner_party JSONB NOT NULL,
    client_party JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    CONSTRAINT invoices_pkey PRIMARY KEY (id),
    CONSTRAINT invoices_kind_check CHECK (kind IN ('INVOICE', 'CREDIT_NOTE')),
    CONSTRAINT invoices_number_check CHECK (number > 0),
    CONSTRAINT invoices_total_amount_check CHECK (total_amount = net_amount + tax_amount),
    CONSTRAINT invoices_credits_invoice_id_check
        CHECK ((kind = 'CREDIT_NOTE') = (credits_invoice_id IS NOT NULL)),
    CONSTRAINT invoices_contract_id_fkey FOREIGN KEY(contract_id, owner_organization_id, client_organization_id)
        REFERENCES contracts (id, owner_organization_id, client_organization_id) ON DELETE RESTRICT,
    CONSTRAINT invoices_payment_id_fkey FOREIGN KEY(payment_id, contract_id)
        REFERENCES payments (id, contract_id) ON DELETE RESTRICT,
    CONSTRAINT invoices_number_key UNIQUE (owner_organization_id, number),
    CONSTRAINT invoices_credits_invoice_id_fkey FOREIGN KEY(credits_invoice_id)
        REFERENCES invoices (id) ON DELETE RESTRICT,
    CONSTRAINT invoices_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX invoices_client_idx ON invoices (client_organization_id, created_at, id);
CREATE INDEX invoices_contract_id_idx ON invoices (contract_id);
CREATE UNIQUE INDEX invoices_one_per_payment ON invoices (payment_id) WHERE kind = 'INVOICE';

CREATE TABLE payment_transactions (
    id UUID NOT NULL,
    payment_id UUID NOT NULL,
    contract_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    kind TEXT DEFAULT 'PAYMENT' NOT NULL,
    amount NUMERIC(12, 2) NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    paid_date DATE NOT NULL,
    payment_method VARCHAR(50),
    transaction_reference VARCHAR(255),
    reverses_id UUID,
    reason TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    CONSTRAINT payment_transactions_pkey PRIMARY KEY (id),
    CONSTRAINT payment_transactions_kind_check CHECK (kind IN ('PAYMENT', 'REVERSAL', 'CREDIT')),
    CONSTRAINT payment_transactions_amount_check CHECK (amount > 0),
    CONSTRAINT payment_transactions_reverses_id_check CHECK ((kind = 'REVERSAL') = (reverses_id IS NOT NULL)),
    CONSTRAINT payment_transactions_contract_id_fkey FOREIGN KEY(contract_id, owner_organization_id, client_organization_id)
        REFERENCES contracts (id, owner_organization_id, client_organization_id) ON DELETE RESTRICT,
    CONSTRAINT payment_transactions_payment_id_fkey FOREIGN KEY(payment_id, contract_id)
        REFERENCES payments (id, contract_id) ON DELETE RESTRICT,
    CONSTRAINT payment_transactions_reverses_id_fkey FOREIGN KEY(reverses_id)
        REFERENCES payment_transactions (id) ON DELETE RESTRICT,
    CONSTRAINT payment_transactions_created_by_fkey FOREIGN KEY(created_by)
        REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX payment_transactions_payment_id_created_at_idx ON payment_transactions (payment_id, created_at);
CREATE INDEX payment_transactions_contract_id_created_at_idx ON payment_transactions (contract_id, created_at);
CREATE UNIQUE INDEX payment_transactions_one_reversal ON payment_transactions (reverses_id);

CREATE TABLE documents (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    contract_id UUID NOT NULL,
    payment_id UUID,
    invoice_id UUID,
    transaction_id UUID,
    owner_organization_id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    number VARCHAR(64),
    object_key VARCHAR(500) NOT NULL,
    sha256 TEXT NOT NULL,
    byte_size INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    CONSTRAINT documents_pkey PRIMARY KEY (id),
    CONSTRAINT documents_kind_check CHECK (kind IN ('LEASE', 'INVOICE', 'RECEIPT')),
    CONSTRAINT documents_payment_id_check CHECK ((kind = 'LEASE') = (payment_id IS NULL)),
    CONSTRAINT documents_byte_size_check CHECK (byte_size > 0),
    CONSTRAINT documents_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT documents_contract_id_fkey FOREIGN KEY(contract_id, owner_organization_id, client_organization_id)
        REFERENCES contracts (id, owner_organization_id, client_organization_id) ON DELETE RESTRICT,
    CONSTRAINT documents_payment_id_fkey FOREIGN KEY(payment_id, contract_id)
        REFERENCES payments (id, contract_id) ON DELETE RESTRICT,
    CONSTRAINT documents_object_key_key UNIQUE (object_key),
    CONSTRAINT documents_invoice_id_fkey FOREIGN KEY(invoice_id) REFERENCES invoices (id) ON DELETE RESTRICT,
    CONSTRAINT documents_transaction_id_fkey FOREIGN KEY(transaction_id)
        REFERENCES payment_transactions (id) ON DELETE RESTRICT,
    CONSTRAINT documents_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX documents_payment_id_idx ON documents (payment_id);
CREATE INDEX documents_contract_id_idx ON documents (contract_id);

CREATE TABLE signatures (
    id UUID NOT NULL,
    contract_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    side TEXT NOT NULL,
    user_id UUID NOT NULL,
    signature VARCHAR(255) NOT NULL,
    consent BOOLEAN DEFAULT false NOT NULL,
    document_id UUID,
    document_sha256 TEXT NOT NULL,
    ip_address INET,
    user_agent TEXT,
    signed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT signatures_pkey PRIMARY KEY (id),
    CONSTRAINT signatures_side_check CHECK (side IN ('CLIENT', 'OWNER', 'ADMIN')),
    CONSTRAINT signatures_consent_check CHECK (consent),
    CONSTRAINT signatures_document_sha256_check CHECK (document_sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT signatures_contract_id_fkey FOREIGN KEY(contract_id, owner_organization_id, client_organization_id)
        REFERENCES contracts (id, owner_organization_id, client_organization_id) ON DELETE RESTRICT,
    CONSTRAINT signatures_one_per_side UNIQUE (contract_id, side),
    CONSTRAINT signatures_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT signatures_document_id_fkey FOREIGN KEY(document_id)
        REFERENCES documents (id) ON DELETE RESTRICT
);

ALTER TABLE spaces ADD CONSTRAINT spaces_held_by_contract_id_fkey FOREIGN KEY(held_by_contract_id)
    REFERENCES contracts (id) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
