-- What a program reads of a notification; the release before this one writes none of it.
ALTER TABLE notifications
    ADD COLUMN event varchar(100),
    ADD COLUMN subject_type varchar(50),
    ADD COLUMN subject_id uuid,
    ADD COLUMN actor jsonb,
    ADD COLUMN params jsonb DEFAULT '{}' NOT NULL;

-- FORCE binds the owner too, which on Aurora is no superuser: while this migration runs it may name what stands.
CREATE POLICY name_events ON notifications FOR ALL TO CURRENT_USER USING (true);

ALTER TABLE users ADD COLUMN language text DEFAULT 'en' NOT NULL;
ALTER TABLE users ADD CONSTRAINT users_language_check CHECK (language IN ('en', 'de', 'fr', 'es')) NOT VALID;

GRANT SELECT (language) ON users TO app_reader, app_user, app_worker;
GRANT UPDATE (language) ON users TO app_user;
