-- Signatures that a provider collected, and the owner's last word where its organization asks for one.

-- The organization's policy as it was when signatures were asked for: a later change does not reach the deal.
ALTER TABLE contracts
    ADD COLUMN requires_authorization BOOLEAN DEFAULT false NOT NULL;

ALTER TABLE signatures
    ADD COLUMN provider TEXT DEFAULT 'BUILT_IN' NOT NULL,
    ADD COLUMN evidence JSONB,
    ADD CONSTRAINT signatures_provider_check CHECK (provider IN ('BUILT_IN', 'DOCUSIGN')) NOT VALID;

-- The provider's webhook knows no caller: the platform writes down what both sides have signed there.
GRANT INSERT ON signatures TO app_worker;
