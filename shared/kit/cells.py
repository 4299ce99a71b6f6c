"""Text in a spreadsheet's cell: never a formula.

A spreadsheet takes a cell that begins with one of these signs for a formula, and runs it (OWASP, CSV injection).
Blanks and invisible signs before it do not always stop it.
"""

import re

# What Unicode calls white space, and its category Cf.
_LEAD = (
    "\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    "\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f"
)
FORMULA = f"^(?:[\t\r\n]|[{_LEAD}]*[-=+@\uff1d\uff0b\uff0d\uff20])"
"""What matches is taken for a formula: a regular expression of Python's and of PostgreSQL's."""

_FORMULA = re.compile(FORMULA)


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def meant(cell: str) -> str:
    """The text of a cell that `safe` has made."""
    return cell[1:] if cell.startswith("'") and safe(cell[1:]) == cell else cell
