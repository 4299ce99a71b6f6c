-- How much a transaction of this kind adds to what the client owes on the contract's ledger. Credit that moves within the
-- contract changes nothing there, and a deposit that is returned was never the owner's. What was asked for and paid before
-- an import is in none of our documents: a ledger begins with what was owed, or was credit, beyond it.
CREATE OR REPLACE FUNCTION app.charged_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'PAYMENT' THEN -$2
                   WHEN 'CREDIT' THEN -$2
                   WHEN 'DEPOSIT_APPLIED' THEN -$2
                   WHEN 'WRITE_OFF' THEN -$2
                   WHEN 'TRANSFER_IN' THEN -$2
                   WHEN 'TRANSFER_OUT' THEN $2
                   WHEN 'REFUND' THEN $2
                   WHEN 'OPENING_CHARGE' THEN $2
                   WHEN 'OPENING_CREDIT' THEN -$2
                   WHEN 'OPENING_FREED' THEN -$2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.charged_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.charged_by(text, numeric) TO app_reader, app_user, app_worker;
