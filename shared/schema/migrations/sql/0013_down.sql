-- Takes the thirteenth migration back.

DROP TRIGGER contracts_remembered ON contracts;
DROP TRIGGER spaces_remembered ON spaces;
DROP FUNCTION app.remember_contract();
DROP FUNCTION app.remember_space();
DROP TABLE contract_history, space_history;
