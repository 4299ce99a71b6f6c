"""The cells of a record as the values that they stand for: a spreadsheet has only text, and a field's own type says the
rest."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from shared.imports.faults import NO, YES
from shared.kit.errors import DetailCode
from shared.kit.fields import refuse

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
_AMBIGUOUS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}", re.ASCII)
"""A thousand and more where points group digits, and with decimals elsewhere."""
_WHOLE = re.compile(r"[0-9]{1,9}(\.0+)?", re.ASCII)


def reader(read: Callable[[str], Any], message: str, code: DetailCode = "WRONG_FORMAT") -> BeforeValidator:
    def validate(cell: Any) -> Any:
        if not isinstance(cell, str):
            return cell
        try:
            return read(cell)
        except (ValueError, LookupError):
            raise refuse(message, code) from None

    return BeforeValidator(validate)


def number_of(cell: str) -> Decimal:
    """The number that a cell says in one way only. Raises ValueError."""
    if _AMBIGUOUS.fullmatch(cell):
        raise ValueError
    return _decimal(cell)


def _percent(cell: str) -> Decimal:
    """3, and 3 %, which a spreadsheet stores as 0.03."""
    return _decimal(cell.removesuffix("%").rstrip())


def _decimal(cell: str) -> Decimal:
    if not _NUMBER.fullmatch(cell):
        raise ValueError
    value = Decimal(cell)
    # 2500.000 is what a spreadsheet writes for 2500; the types count decimals.
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()


def _whole(cell: str) -> int:
    if not _WHOLE.fullmatch(cell) or _AMBIGUOUS.fullmatch(cell):
        raise ValueError
    return int(cell.partition(".")[0])


def _flag(cell: str) -> bool:
    if cell.casefold() in YES:
        return True
    if cell.casefold() in NO:
        return False
    raise ValueError


def parts_of(cell: str) -> list[str]:
    """What stands between semicolons."""
    return [part for part in (part.strip() for part in cell.split(";")) if part]


NUMBER = reader(number_of, "must be a number, such as 7800.00")
DEGREES = reader(_decimal, "must be a number, such as 42.3601")
PERCENT = reader(_percent, "must be a percentage, such as 3 or 2.5")
WHOLE = reader(_whole, "must be a whole number", "WRONG_TYPE")
FLAG = reader(_flag, "must be yes or no", "NOT_A_CHOICE")
UPPER = reader(str.upper, "must be a word")
PARTS = reader(parts_of, "must be words between semicolons")

Yes = Annotated[bool, FLAG]
