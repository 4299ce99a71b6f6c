-- Takes the fourth migration back.

DROP TABLE work_items;
ALTER TABLE payments DROP CONSTRAINT payments_tax_amount_check, DROP COLUMN tax_amount;
