-- Takes the second migration back; profiles lose what only these columns held.

DROP TABLE rate_windows, password_history;
ALTER TABLE users
    DROP COLUMN bio,
    DROP COLUMN website,
    DROP COLUMN linkedin,
    DROP COLUMN skills,
    DROP COLUMN certifications;
