"""Why an export fails, in sentences that anyone may read; the e-mail says them in the reader's language."""

NO_STORAGE = "The storage did not answer."
NO_DATABASE = "The database did not answer."
TOO_LONG = "A text is longer than a spreadsheet's cell may be: choose another format."
OURS = "Something went wrong on our side."
LOST = "It took too long."
NO_RIGHT = "Whoever asked for it may not export this any more."
NOT_PUBLIC = "The server's name does not resolve to public addresses only."
ANOTHER_KEY = "The server has another host key than the schedule says."
NOT_LET_IN = "The server refused the user name, the password or the key."
NOT_TAKEN = "The server did not take the file."
NO_SERVER = "The server did not answer."

REASONS = (
    *(NO_STORAGE, NO_DATABASE, TOO_LONG, OURS, LOST, NO_RIGHT),
    *(NOT_PUBLIC, ANOTHER_KEY, NOT_LET_IN, NOT_TAKEN, NO_SERVER),
)
