-- Colleagues can read one another; people change only themselves. Secrets stay with app_auth.

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE ON users TO app_auth;
GRANT SELECT (
    id, organization_id, email, name, phone, company, title, role, status, email_verified, two_factor_enabled,
    preferences, terms_accepted_at, last_login_at, created_at, updated_at, created_by, updated_by, deleted_at, bio,
    website, linkedin, skills, certifications, language, avatar_url
) ON users TO app_reader, app_user, app_worker;
GRANT UPDATE (
    name, phone, company, title, preferences, updated_at, updated_by, deleted_at, bio, website, linkedin, skills,
    certifications, language, avatar_url
) ON users TO app_user;

CREATE POLICY read ON users FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY change ON users FOR UPDATE TO app_user
    USING (id = (SELECT app.user_id()));

CREATE POLICY worker ON users FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON users FOR ALL TO app_auth USING (true);

-- For app.session_caller(), app.broker() and their like, and app.remove_member().
CREATE POLICY definer ON users FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON users FOR UPDATE TO CURRENT_USER USING (true);
