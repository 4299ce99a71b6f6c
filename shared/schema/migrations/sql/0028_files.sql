-- Uploaded files, what shows them, what the malware scanner found; a picture of each user.

ALTER TABLE users ADD COLUMN avatar_url VARCHAR(500);
GRANT SELECT (avatar_url) ON users TO app_reader, app_user, app_worker;
GRANT UPDATE (avatar_url) ON users TO app_user;

CREATE TABLE files (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    organization_id UUID NOT NULL,
    purpose TEXT NOT NULL,
    audience TEXT NOT NULL,
    status TEXT DEFAULT 'PENDING' NOT NULL,
    file_name VARCHAR(255) NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    version_id VARCHAR(1024),
    sha256 TEXT,
    width INTEGER,
    height INTEGER,
    pages INTEGER,
    scan TEXT NOT NULL,
    rejected TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT files_pkey PRIMARY KEY (id),
    CONSTRAINT files_audience_check CHECK (audience IN ('PUBLIC', 'ORGANIZATION', 'PERSON')),
    CONSTRAINT files_status_check CHECK (status IN ('PENDING', 'SCANNING', 'READY', 'REJECTED')),
    CONSTRAINT files_scan_check CHECK (scan IN ('not_configured', 'pending', 'clean', 'infected')),
    CONSTRAINT files_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT files_size_bytes_check CHECK (size_bytes > 0),
    CONSTRAINT files_ready_check CHECK ((status = 'READY') = (sha256 IS NOT NULL)),
    CONSTRAINT files_rejected_check CHECK ((status = 'REJECTED') = (rejected IS NOT NULL)),
    CONSTRAINT files_clean_check CHECK (status <> 'READY' OR scan IN ('not_configured', 'clean')),
    CONSTRAINT files_id_organization_id_key UNIQUE (id, organization_id),
    CONSTRAINT files_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT files_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT
);

CREATE INDEX files_organization_id_idx ON files (organization_id);
CREATE INDEX files_unfinished_idx ON files (created_at) WHERE status IN ('PENDING', 'SCANNING');
CREATE INDEX files_user_id_idx ON files (user_id);

CREATE TABLE file_uses (
    file_id UUID NOT NULL,
    organization_id UUID NOT NULL,
    subject_type TEXT NOT NULL,
    subject_id UUID NOT NULL,
    CONSTRAINT file_uses_pkey PRIMARY KEY (subject_type, subject_id, file_id),
    CONSTRAINT file_uses_file_id_fkey FOREIGN KEY(file_id, organization_id) REFERENCES files (id, organization_id) ON DELETE RESTRICT
);

CREATE INDEX file_uses_file_id_idx ON file_uses (file_id);

CREATE TABLE file_scans (
    file_id UUID NOT NULL,
    version_id VARCHAR(1024) NOT NULL,
    result TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT file_scans_pkey PRIMARY KEY (file_id, version_id),
    CONSTRAINT file_scans_file_id_fkey FOREIGN KEY(file_id) REFERENCES files (id) ON DELETE CASCADE
);


-- Whoever uploaded a file reads it; its organization too, unless it is private. SUPPORT reads no others.

ALTER TABLE files ENABLE ROW LEVEL SECURITY;
ALTER TABLE files FORCE ROW LEVEL SECURITY;

GRANT SELECT ON files TO app_reader;
GRANT SELECT, INSERT, DELETE ON files TO app_user;
GRANT UPDATE (
    status, version_id, scan, rejected, sha256, size_bytes, width, height, pages, updated_at
) ON files TO app_user;
GRANT SELECT, UPDATE, DELETE ON files TO app_worker;

CREATE POLICY read ON files FOR SELECT TO app_reader, app_user
    USING (user_id = (SELECT app.user_id())
        OR (audience <> 'PERSON'
            AND (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()))));

CREATE POLICY add ON files FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id()) AND organization_id = (SELECT app.organization_id()));

CREATE POLICY change ON files FOR UPDATE TO app_user USING (user_id = (SELECT app.user_id()));

CREATE POLICY remove ON files FOR DELETE TO app_user USING (user_id = (SELECT app.user_id()));

CREATE POLICY worker ON files FOR ALL TO app_worker USING (true);

-- What an organization shows, its members change.

ALTER TABLE file_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE file_uses FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, DELETE ON file_uses TO app_user;
GRANT SELECT, DELETE ON file_uses TO app_worker;

CREATE POLICY own ON file_uses FOR ALL TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON file_uses FOR ALL TO app_worker USING (true);

-- The platform keeps what the scanner found; whoever completes an upload asks what it says of theirs.

ALTER TABLE file_scans ENABLE ROW LEVEL SECURITY;
ALTER TABLE file_scans FORCE ROW LEVEL SECURITY;

GRANT SELECT ON file_scans TO app_user;
GRANT SELECT, INSERT ON file_scans TO app_worker;

CREATE POLICY read ON file_scans FOR SELECT TO app_user
    USING (EXISTS (SELECT FROM files f WHERE f.id = file_id AND f.user_id = (SELECT app.user_id())));

CREATE POLICY worker ON file_scans FOR ALL TO app_worker USING (true);

-- The letterheads of the two sides as of today; for either side, or the platform.
CREATE OR REPLACE FUNCTION app.letterheads(owner_organization_id uuid, client_organization_id uuid)
RETURNS TABLE (owner jsonb, client jsonb)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT jsonb_build_object('legal_name', coalesce(o.legal_name, o.name), 'address', o.address, 'tax_id', o.tax_id,
                              'bank_accounts', o.bank_accounts, 'logo_url', o.logo_url),
           jsonb_build_object('legal_name', coalesce(c.legal_name, c.name), 'address', c.address, 'tax_id', c.tax_id)
    FROM public.organizations AS o, public.organizations AS c
    WHERE o.id = $1 AND c.id = $2
      AND (app.organization_id() IN ($1, $2) OR app.is_admin() OR app.role() = 'WORKER')
$$;
