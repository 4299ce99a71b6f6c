-- Exports of an organization's data, and which one is made every day.

CREATE TABLE exports (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    user_id UUID NOT NULL,
    role TEXT NOT NULL,
    acts_as TEXT NOT NULL,
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    bom BOOLEAN DEFAULT false NOT NULL,
    begins DATE,
    ends DATE,
    building_id UUID,
    status TEXT DEFAULT 'QUEUED' NOT NULL,
    attempt INTEGER DEFAULT 1 NOT NULL,
    reason TEXT,
    retry_at TIMESTAMP WITH TIME ZONE,
    rows BIGINT,
    size_bytes BIGINT,
    sha256 TEXT,
    object_key VARCHAR(1024),
    scheduled_on DATE,
    destination JSONB,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT exports_pkey PRIMARY KEY (id),
    CONSTRAINT exports_format_check CHECK (format IN ('CSV', 'JSON', 'JSONL', 'XLSX')),
    CONSTRAINT exports_status_check CHECK (status IN ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED')),
    CONSTRAINT exports_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT exports_finished_check CHECK ((status IN ('COMPLETED', 'FAILED')) = (finished_at IS NOT NULL)),
    CONSTRAINT exports_completed_check CHECK (status <> 'COMPLETED' OR object_key IS NOT NULL),
    CONSTRAINT exports_written_check CHECK ((object_key IS NULL) = (sha256 IS NULL)),
    CONSTRAINT exports_organization_id_scheduled_on_key UNIQUE (organization_id, scheduled_on),
    CONSTRAINT exports_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT exports_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT exports_building_id_fkey FOREIGN KEY(building_id) REFERENCES buildings (id) ON DELETE RESTRICT
);

CREATE INDEX exports_building_id_idx ON exports (building_id);

CREATE INDEX exports_finished_idx ON exports (finished_at) WHERE finished_at IS NOT NULL;

CREATE INDEX exports_organization_id_created_at_id_idx ON exports (organization_id, created_at, id);

CREATE INDEX exports_unfinished_idx ON exports (created_at) WHERE status IN ('QUEUED', 'RUNNING');

CREATE INDEX exports_user_id_idx ON exports (user_id);

CREATE TABLE export_schedules (
    organization_id UUID NOT NULL,
    enabled BOOLEAN DEFAULT false NOT NULL,
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    destination JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT export_schedules_pkey PRIMARY KEY (organization_id),
    CONSTRAINT export_schedules_format_check CHECK (format IN ('CSV', 'JSON', 'JSONL', 'XLSX')),
    CONSTRAINT export_schedules_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT export_schedules_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT export_schedules_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);

-- An organization's people read what they asked for; the rest is the application's to say. The platform writes it down.

ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE exports FORCE ROW LEVEL SECURITY;

GRANT SELECT ON exports TO app_reader;
GRANT SELECT, INSERT ON exports TO app_user;
GRANT SELECT, INSERT, UPDATE, DELETE ON exports TO app_worker;

CREATE POLICY read ON exports FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON exports FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id())
        AND (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin())));

CREATE POLICY worker ON exports FOR ALL TO app_worker USING (true);

-- One organization's own; its owners and financial officers set it.

ALTER TABLE export_schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE export_schedules FORCE ROW LEVEL SECURITY;

GRANT SELECT ON export_schedules TO app_reader, app_user, app_worker;
GRANT INSERT ON export_schedules TO app_user;
GRANT UPDATE (enabled, kind, format, destination, updated_at, updated_by) ON export_schedules TO app_user;

CREATE POLICY read ON export_schedules FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON export_schedules FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON export_schedules FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON export_schedules FOR SELECT TO app_worker USING (true);
