"""What charges are called in documents."""

from collections.abc import Mapping

CHARGES = {
    "RENT": "Rent",
    "DEPOSIT": "Security deposit",
    "LATE_FEE": "Late fee",
    "INTEREST": "Interest on overdue rent",
    "OPENING_BALANCE": "Opening balance",
    "RECLAIM": "Credit to be paid back",
}


def named(charge: str, names: Mapping[str, str] = CHARGES) -> str:
    """The charge's name; one of a later release, which is deployed or was rolled back, is called by its value."""
    return names.get(charge) or charge.replace("_", " ").capitalize()
