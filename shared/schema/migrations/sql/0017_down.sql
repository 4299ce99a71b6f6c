DROP INDEX invoices_credits_idx;
DROP VIEW standing_transactions, booked_transactions;
DROP FUNCTION app.settled_by(text, numeric);
DROP FUNCTION app.credited_by(text, numeric);
DROP FUNCTION app.deposit_used_by(text, numeric);
DROP FUNCTION app.payment_state(text, numeric, numeric, date, date);
DROP TRIGGER payments_owed ON payments;
DROP FUNCTION app.set_owed();
ALTER TABLE payments DROP COLUMN owed;
