-- The account that an invoice for this charge is credited to. A deposit is asked for and never earned.
CREATE OR REPLACE FUNCTION app.charged_to(charge text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'RENT' THEN 'RENT'
                   WHEN 'LATE_FEE' THEN 'LATE_INCOME'
                   WHEN 'INTEREST' THEN 'LATE_INCOME'
                   WHEN 'DEPOSIT' THEN 'DEPOSITS_ASKED'
                   WHEN 'OPENING_BALANCE' THEN 'OPENING_BALANCE'
                   WHEN 'RECLAIM' THEN 'TENANT_CREDIT' END
$$;

REVOKE ALL ON FUNCTION app.charged_to(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.charged_to(text) TO app_reader, app_user, app_worker;
