"""Books of our own, kept with nothing of the product's: what a story expects of every ledger, report and account."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

INVOICE_DAYS = timedelta(days=10)
"""So long before it is due an installment has its invoice."""


def cents(amount):
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def share(amount, percent, days=1, of=1):
    """A percent of the amount, for so many days of so many."""
    return cents(amount * Decimal(percent) * days / (100 * of))


@dataclass(eq=False)
class Row:
    """An installment: what it asks for, without tax and of tax, and what became of that."""

    charge: str
    due: date
    net: Decimal
    tax: Decimal = Decimal(0)
    rate: tuple = ()
    invoiced: bool = False
    paid: Decimal = Decimal(0)
    written_off: Decimal = Decimal(0)

    @property
    def open(self):
        return self.net + self.tax - self.written_off - self.paid


@dataclass(eq=False)
class Account:
    """A contract's account. Its rows stand in the order in which credit settles them."""

    books: "Books"
    rows: list = field(default_factory=list)
    credit: Decimal = Decimal(0)
    moved: Decimal = Decimal(0)
    """The deposit that came from the lease before, less what went on."""

    def row(self, charge, due):
        [found] = [row for row in self.rows if (row.charge, row.due) == (charge, date.fromisoformat(due))]
        return found

    def charge(self, charge, due, amount):
        """A fee or interest, invoiced at once."""
        row = Row(charge, date.fromisoformat(due), amount)
        self.rows = sorted([*self.rows, row], key=lambda one: one.due)
        self.invoice(row)
        self.spread()
        return row

    def invoice(self, row):
        row.invoiced = True
        self.books.earn(row, row.net, row.tax)

    def pay(self, row, amount):
        if not row.invoiced:
            self.invoice(row)
        self.books.flows["BANK"] += amount
        settled = min(row.open, amount)
        row.paid += settled
        self.credit += amount - settled
        self.spread()

    def reverse(self, row, amount):
        """Money that left no credit."""
        self.books.flows["BANK"] -= amount
        row.paid -= amount

    def take_off(self, row, net, tax=Decimal(0)):
        """A credit note, or a cancellation of what was not invoiced."""
        row.net, row.tax = row.net - net, row.tax - tax
        if row.invoiced:
            self.books.earn(row, -net, -tax)

    def spread(self):
        for row in self.rows:
            if row.open < 0:
                self.credit, row.paid = self.credit - row.open, row.paid + row.open
        for row in self.rows:
            part = min(self.credit, row.open)
            self.credit, row.paid = self.credit - part, row.paid + part

    def refund(self, amount):
        self.books.flows["BANK"] -= amount
        self.credit -= amount

    def write_off(self, row, amount):
        self.books.flows["BAD_DEBT"] += amount
        row.written_off += amount

    @property
    def asked(self):
        return sum((row.open for row in self.rows if row.invoiced), Decimal(0))

    @property
    def prepaid(self):
        return sum((row.paid for row in self.rows if not row.invoiced), Decimal(0))

    @property
    def ledger(self):
        return self.asked - self.credit - self.prepaid

    @property
    def held(self):
        return self.moved + sum((row.paid for row in self.rows if row.charge == "DEPOSIT"), Decimal(0))


class Books:
    """All accounts of an owner, the flows of money and income, and the tax that was invoiced, by code and percent."""

    INCOME = {"RENT": "RENT", "LATE_FEE": "LATE_INCOME", "INTEREST": "LATE_INCOME", "DEPOSIT": "DEPOSITS_ASKED"}

    def __init__(self):
        self.accounts = {}
        self.flows = Counter()
        self.taxed = defaultdict(lambda: (Decimal(0), Decimal(0)))

    def open(self, name, rows):
        self.accounts[name] = Account(self, sorted(rows, key=lambda row: row.due))
        return self.accounts[name]

    def earn(self, row, net, tax):
        self.flows[self.INCOME[row.charge]] -= net
        self.flows["TAX"] -= tax
        if row.rate:
            before = self.taxed[row.rate]
            self.taxed[row.rate] = (before[0] + net, before[1] + tax)

    def until(self, day):
        """What is due by ten days after that day has its invoice."""
        for account in self.accounts.values():
            for row in account.rows:
                if not row.invoiced and row.net > 0 and row.due - INVOICE_DAYS <= date.fromisoformat(day):
                    account.invoice(row)

    def journal(self):
        accounts = self.accounts.values()
        deposits = sum((row.paid for one in accounts for row in one.rows if row.charge == "DEPOSIT"), Decimal(0))
        sums = Counter(self.flows)
        sums["RECEIVABLE"] = sum(one.asked for one in accounts)
        sums["TENANT_CREDIT"] = -sum(one.credit + one.prepaid for one in accounts)
        sums["DEPOSITS_HELD"] = -sum(one.held for one in accounts)
        sums["DEPOSITS_ASKED"] += deposits
        return {name: amount for name, amount in sums.items() if amount}
