-- Takes the fifth migration back.

REVOKE INSERT ON signatures FROM app_worker;
ALTER TABLE signatures DROP CONSTRAINT signatures_provider_check, DROP COLUMN evidence, DROP COLUMN provider;
ALTER TABLE contracts DROP COLUMN requires_authorization;
