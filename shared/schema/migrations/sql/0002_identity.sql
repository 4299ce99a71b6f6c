-- What people tell of themselves, the passwords they had, and limits that outlive the cache.

ALTER TABLE users
    ADD COLUMN bio TEXT,
    ADD COLUMN website VARCHAR(500),
    ADD COLUMN linkedin VARCHAR(500),
    ADD COLUMN skills JSONB DEFAULT '[]'::jsonb NOT NULL,
    ADD COLUMN certifications JSONB DEFAULT '[]'::jsonb NOT NULL;

GRANT SELECT (bio, website, linkedin, skills, certifications) ON users TO app_reader, app_user, app_worker;
GRANT UPDATE (bio, website, linkedin, skills, certifications) ON users TO app_user;

CREATE TABLE password_history (
    user_id UUID NOT NULL,
    password_hashes TEXT[] NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT password_history_pkey PRIMARY KEY (user_id),
    CONSTRAINT password_history_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE TABLE rate_windows (
    subject_hash TEXT NOT NULL,
    moments TIMESTAMP WITH TIME ZONE[] DEFAULT '{}' NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT rate_windows_pkey PRIMARY KEY (subject_hash),
    CONSTRAINT rate_windows_subject_hash_check CHECK (subject_hash ~ '^[0-9a-f]{64}$')
);

ALTER TABLE password_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE password_history FORCE ROW LEVEL SECURITY;
ALTER TABLE rate_windows ENABLE ROW LEVEL SECURITY;
ALTER TABLE rate_windows FORCE ROW LEVEL SECURITY;

-- Both are secrets of login: no caller sees them, and nobody else's role.
CREATE POLICY auth ON password_history FOR ALL TO app_auth USING (true);
CREATE POLICY auth ON rate_windows FOR ALL TO app_auth USING (true);
GRANT SELECT, INSERT, UPDATE ON password_history, rate_windows TO app_auth;
