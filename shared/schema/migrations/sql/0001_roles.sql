-- The four roles that functions connect as. None owns anything, none bypasses row-level security.
-- Roles belong to the whole cluster, so another database may have made them before; settings are
-- written only where they differ, because only the role that made a role may alter it.

DO $roles$
DECLARE
    wanted record;
    setting text;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('app_reader', ARRAY['statement_timeout=5s', 'idle_in_transaction_session_timeout=10s']),
            ('app_user',   ARRAY['statement_timeout=5s', 'idle_in_transaction_session_timeout=10s',
                                 'lock_timeout=3s']),
            ('app_worker', ARRAY['statement_timeout=25s', 'idle_in_transaction_session_timeout=10s']),
            ('app_auth',   ARRAY['statement_timeout=5s', 'idle_in_transaction_session_timeout=10s'])
        ) AS role (name, settings)
    LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I LOGIN', wanted.name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        FOREACH setting IN ARRAY wanted.settings LOOP
            IF NOT EXISTS (
                SELECT FROM pg_catalog.pg_roles
                WHERE rolname = wanted.name AND setting = ANY (rolconfig)
            ) THEN
                EXECUTE format(
                    'ALTER ROLE %I SET %I = %L',
                    wanted.name, split_part(setting, '=', 1), split_part(setting, '=', 2)
                );
            END IF;
        END LOOP;
        -- In the cloud a role has no password: it logs in with an IAM token.
        IF EXISTS (
            SELECT FROM pg_catalog.pg_roles
            WHERE rolname = 'rds_iam' AND NOT pg_has_role(wanted.name, oid, 'MEMBER')
        ) THEN
            EXECUTE format('GRANT rds_iam TO %I', wanted.name);
        END IF;
    END LOOP;
END
$roles$;
