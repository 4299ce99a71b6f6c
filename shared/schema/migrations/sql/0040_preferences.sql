-- How people want to be told of what, and what waits for their quiet hours to end.

CREATE TABLE notification_choices (
    user_id UUID NOT NULL,
    kinds JSONB DEFAULT '{}'::jsonb NOT NULL,
    quiet_hours JSONB,
    digest TEXT DEFAULT 'IMMEDIATE' NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT notification_choices_pkey PRIMARY KEY (user_id),
    CONSTRAINT notification_choices_digest_check CHECK (digest IN ('IMMEDIATE', 'DAILY')),
    CONSTRAINT notification_choices_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE TABLE held_notices (
    user_id UUID NOT NULL,
    event_id UUID NOT NULL,
    channel VARCHAR(20) NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT held_notices_pkey PRIMARY KEY (user_id, event_id, channel),
    CONSTRAINT held_notices_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX held_notices_due_at_idx ON held_notices (due_at);

-- One person's own.

ALTER TABLE notification_choices ENABLE ROW LEVEL SECURITY;
ALTER TABLE notification_choices FORCE ROW LEVEL SECURITY;

GRANT SELECT ON notification_choices TO app_reader, app_worker;
GRANT SELECT, INSERT, UPDATE ON notification_choices TO app_user;
GRANT SELECT, DELETE ON notification_choices TO app_auth;

CREATE POLICY own ON notification_choices FOR ALL TO app_reader, app_user USING (user_id = (SELECT app.user_id()));

CREATE POLICY worker ON notification_choices FOR SELECT TO app_worker USING (true);
CREATE POLICY auth ON notification_choices FOR ALL TO app_auth USING (true);

-- Kept by the platform alone.

ALTER TABLE held_notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE held_notices FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON held_notices TO app_worker;
GRANT SELECT, DELETE ON held_notices TO app_auth;

CREATE POLICY worker ON held_notices FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON held_notices FOR ALL TO app_auth USING (true);
