REVOKE UPDATE (language) ON users FROM app_user;
REVOKE SELECT (language) ON users FROM app_reader, app_user, app_worker;

ALTER TABLE users DROP COLUMN language;

ALTER TABLE notifications
    DROP COLUMN params,
    DROP COLUMN actor,
    DROP COLUMN subject_id,
    DROP COLUMN subject_type,
    DROP COLUMN event;
