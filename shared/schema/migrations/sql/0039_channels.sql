-- Which sockets follow which channels.

CREATE TABLE channel_subscriptions (
    connection_id text NOT NULL,
    channel text NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT channel_subscriptions_pkey PRIMARY KEY (connection_id, channel),
    CONSTRAINT channel_subscriptions_connection_id_fkey FOREIGN KEY (connection_id)
        REFERENCES connections (connection_id) ON DELETE CASCADE
);
CREATE INDEX channel_subscriptions_channel_idx ON channel_subscriptions (channel);

-- Who is on an open socket; NULL once the connection or its session has ended.
CREATE OR REPLACE FUNCTION app.connection_user(connection_id text) RETURNS uuid
LANGUAGE sql STABLE
AS $$
    SELECT caller.user_id FROM app.connection_caller($1) AS caller
$$;

REVOKE ALL ON FUNCTION app.connection_user(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.connection_user(text) TO app_user;

-- Whoever is on a socket keeps what it follows; the platform reads who follows a channel.

ALTER TABLE channel_subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_subscriptions FORCE ROW LEVEL SECURITY;

GRANT SELECT ON channel_subscriptions TO app_worker;
GRANT SELECT, INSERT, DELETE ON channel_subscriptions TO app_user;

CREATE POLICY own ON channel_subscriptions FOR ALL TO app_user
    USING ((SELECT app.connection_user(connection_id)) = (SELECT app.user_id()));

CREATE POLICY worker ON channel_subscriptions FOR SELECT TO app_worker USING (true);
