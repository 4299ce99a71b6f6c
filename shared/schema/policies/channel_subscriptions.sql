-- Whoever is on a socket keeps what it follows; the platform reads who follows a channel.

ALTER TABLE channel_subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_subscriptions FORCE ROW LEVEL SECURITY;

GRANT SELECT ON channel_subscriptions TO app_worker;
GRANT SELECT, INSERT, DELETE ON channel_subscriptions TO app_user;

CREATE POLICY own ON channel_subscriptions FOR ALL TO app_user
    USING ((SELECT app.connection_user(connection_id)) = (SELECT app.user_id()));

CREATE POLICY worker ON channel_subscriptions FOR SELECT TO app_worker USING (true);
