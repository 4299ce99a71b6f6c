"""A document of ours as it goes to a provider: with the provider's ids in place of our accounts."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.integrations.outcomes import Refused
from shared.payments.names import named

_ROLES = {"TAX": "Tax", "BAD_DEBT": "Written off"}
_CHARGES = {
    "RENT": "Rent",
    "DEPOSIT": "Deposit",
    "LATE_FEE": "Late fee",
    "INTEREST": "Interest",
    "OPENING_BALANCE": "Opening balance",
    "RECLAIM": "Credit to be paid back",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the books: debits are above zero."""

    role: str
    account_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of it, without what it is there yet."""

    id: str
    key: str
    """Our id of it, by which the provider knows it again."""
    request_id: str
    """The same until it is refused: a provider that knows request ids answers the same one as before."""
    kind: str
    number: str | None
    amount: Decimal
    posted_on: str
    due_date: str | None
    about: str
    """The charge, its period and the building."""
    accounts: dict[str, str]
    entry: dict[str, Decimal]
    """What is debited, or credited (below zero), by account of ours."""
    settles: str | None
    takes_back: str | None

    def account(self, role: str) -> str:
        """The provider's account. Raises Refused where nobody has chosen one."""
        if role not in self.accounts:
            raise Refused(f"Choose an account for {role} first.")
        return self.accounts[role]

    @property
    def lines(self) -> list[Line]:
        """The lines of a journal entry; of a deposit's money only what is beside the money itself. What is the same
        account there cancels out."""
        sums: dict[str, Line] = {}
        for role, amount in sorted(self.entry.items()):
            one = self.account(role)
            before = sums[one].amount if one in sums else Decimal(0)
            sums[one] = Line(role, one, before + amount)
        return [line for line in sums.values() if line.amount]

    @property
    def sold(self) -> list[Line]:
        """The lines of an invoice or a credit note, above zero."""
        sign = -1 if self.kind == "INVOICE" else 1
        rest = sorted((role, amount) for role, amount in self.entry.items() if role != "RECEIVABLE")
        return [Line(role, self.account(role), sign * amount) for role, amount in rest]


def document_of(row: dict[str, Any], accounts: dict[str, str]) -> Document:
    """The document of a message (shared/integrations/messages.py)."""
    entry = {role: Decimal(amount) for role, amount in row["lines"].items()}
    if row["kind"] == "JOURNAL" and row["is_beside_money"]:
        entry = {role: amount for role, amount in entry.items() if role not in ("BANK", "RECEIVABLE")}
    # The money of a deposit and what it is held as are two documents of one entry.
    key = f"{row['entry_id']}-j" if row["kind"] == "JOURNAL" else row["entry_id"]
    return Document(
        id=row["id"],
        key=key,
        request_id=f"{key}-{row['refusals']}" if row["refusals"] else key,
        kind=row["kind"],
        number=row["number"] or (f"WO-{row['entry_id'][-12:]}" if row["kind"] == "WRITE_OFF" else None),
        amount=Decimal(row["amount"]),
        posted_on=row["posted_on"],
        due_date=row["due_date"],
        about=_about(row),
        accounts=accounts,
        entry=entry,
        settles=row["settles"],
        takes_back=row["takes_back"],
    )


def _about(row: dict[str, Any]) -> str:
    if not row["charge"]:
        return str(row["building_name"])
    period = f" {row['period_start']}" + (f" to {row['period_end']}" if row["period_end"] else "")
    return f"{named(row['charge'], _CHARGES)}{period}, {row['building_name']}"


def described(document: Document, role: str) -> str:
    """What a line is about."""
    return f"{_ROLES[role]}: {document.about}" if role in _ROLES else document.about


def note_of(key: str) -> str:
    """The words by which we know a thing of ours again where nothing else holds our id."""
    return f"[leasing {key}]"


def memo(document: Document) -> str:
    """A note for the provider's people, with our id in it."""
    return f"{document.about} {note_of(document.key)}"
