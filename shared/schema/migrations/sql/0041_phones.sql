-- Phones and devices, what was sent to them, and what their owners answered.

CREATE TABLE phones (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    number VARCHAR(20) NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT phones_pkey PRIMARY KEY (id),
    CONSTRAINT phones_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE UNIQUE INDEX phones_confirmed_key ON phones (user_id) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX phones_pending_key ON phones (user_id) WHERE confirmed_at IS NULL;

CREATE TABLE phone_replies (
    sid TEXT NOT NULL,
    number VARCHAR(20) NOT NULL,
    word TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT phone_replies_pkey PRIMARY KEY (sid),
    CONSTRAINT phone_replies_word_check CHECK (word IN ('STOP', 'START'))
);

CREATE INDEX phone_replies_number_created_at_idx ON phone_replies (number, created_at);

CREATE TABLE devices (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    platform TEXT NOT NULL,
    token TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT devices_pkey PRIMARY KEY (id),
    CONSTRAINT devices_platform_check CHECK (platform IN ('ANDROID', 'IOS', 'WEB')),
    CONSTRAINT devices_token_hash_check CHECK (token_hash ~ '^[0-9a-f]{64}$'),
    CONSTRAINT devices_token_hash_key UNIQUE (token_hash),
    CONSTRAINT devices_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX devices_user_id_created_at_idx ON devices (user_id, created_at);

CREATE TABLE sent_notices (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    event_id UUID NOT NULL,
    channel VARCHAR(20) NOT NULL,
    status TEXT DEFAULT 'QUEUED' NOT NULL,
    sid VARCHAR(64),
    error_code VARCHAR(20),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT sent_notices_pkey PRIMARY KEY (id),
    CONSTRAINT sent_notices_channel_check CHECK (channel IN ('sms', 'whatsapp', 'email', 'push')),
    CONSTRAINT sent_notices_status_check CHECK (status IN ('QUEUED', 'SENT', 'DELIVERED', 'FAILED')),
    CONSTRAINT sent_notices_user_id_event_id_channel_key UNIQUE (user_id, event_id, channel),
    CONSTRAINT sent_notices_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX sent_notices_created_at_idx ON sent_notices (created_at);

CREATE TABLE daily_sends (
    day DATE NOT NULL,
    channel VARCHAR(20) NOT NULL,
    sent INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT daily_sends_pkey PRIMARY KEY (day, channel)
);

-- One person's own, looked after by who signs people in: it counts whatever is asked for one number.

ALTER TABLE phones ENABLE ROW LEVEL SECURITY;
ALTER TABLE phones FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON phones TO app_auth;
GRANT SELECT ON phones TO app_worker;

CREATE POLICY auth ON phones FOR ALL TO app_auth USING (true);
CREATE POLICY worker ON phones FOR SELECT TO app_worker USING (true);

-- Kept by the platform alone.

ALTER TABLE phone_replies ENABLE ROW LEVEL SECURITY;
ALTER TABLE phone_replies FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON phone_replies TO app_worker;
GRANT SELECT ON phone_replies TO app_auth;

CREATE POLICY worker ON phone_replies FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON phone_replies FOR SELECT TO app_auth USING (true);

-- One person's own. Who signs people in registers them: a device goes from one person to the next.

ALTER TABLE devices ENABLE ROW LEVEL SECURITY;
ALTER TABLE devices FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON devices TO app_auth;
GRANT SELECT, DELETE ON devices TO app_user, app_worker;

CREATE POLICY own ON devices FOR ALL TO app_user USING (user_id = (SELECT app.user_id()));
CREATE POLICY auth ON devices FOR ALL TO app_auth USING (true);
CREATE POLICY worker ON devices FOR ALL TO app_worker USING (true);

-- Kept by the platform alone.

ALTER TABLE sent_notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE sent_notices FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON sent_notices TO app_worker;
GRANT SELECT, DELETE ON sent_notices TO app_auth;

CREATE POLICY worker ON sent_notices FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON sent_notices FOR ALL TO app_auth USING (true);

-- Kept by the platform alone.

ALTER TABLE daily_sends ENABLE ROW LEVEL SECURITY;
ALTER TABLE daily_sends FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE ON daily_sends TO app_worker;

CREATE POLICY worker ON daily_sends FOR ALL TO app_worker USING (true);
