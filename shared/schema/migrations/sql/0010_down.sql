-- Takes the tenth migration back.

DROP FUNCTION app.forget_person(uuid);
DROP FUNCTION app.close_organization();
DROP FUNCTION app.obligations();
DROP POLICY change ON sessions;
DROP POLICY read ON sessions;
REVOKE UPDATE (revoked_at, revoked_reason), SELECT (revoked_reason) ON sessions FROM app_user;
REVOKE SELECT (id, user_id, ip_address, user_agent, created_at, rotated_at, expires_at, revoked_at)
    ON sessions FROM app_reader, app_user;
DROP POLICY definer_close ON organizations;
DROP POLICY definer_close ON floors;
DROP POLICY definer ON floors;
DROP POLICY definer ON payments;
DROP POLICY definer ON contracts;

DROP TABLE oauth_identities, recovery_codes;

DELETE FROM user_tokens WHERE purpose IN ('SECOND_FACTOR', 'SOCKET', 'OAUTH');
ALTER TABLE user_tokens
    DROP CONSTRAINT user_tokens_purpose_check,
    ADD CONSTRAINT user_tokens_purpose_check CHECK (purpose IN ('EMAIL_VERIFICATION', 'PASSWORD_RESET')),
    DROP COLUMN attempts,
    DROP COLUMN session_id;
ALTER TABLE users DROP COLUMN two_factor_step;
