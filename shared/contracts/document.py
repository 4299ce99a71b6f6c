"""The lease as both sides sign it: one PDF, the same bytes from the same deal.

It is rendered before anyone signs and never changed afterwards; who signed what, when and from where
is stored separately, bound to its SHA-256.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.contracts.clauses import Clause, general_clauses
from shared.contracts.rent_clauses import (
    BILLED,
    free_rent,
    late_summary,
    months_of,
    percent,
    rent_clauses,
    summary_of_changes,
)
from shared.kit.pdf import WIDTH, Column, Paper, Party, Pdf, Total
from shared.kit.written import isolated, written_day, written_money
from shared.maths.exact import rounded
from shared.maths.months import DAY, end_date
from shared.maths.rent import base_rent, levels
from shared.maths.schedule import Line, schedule_total
from shared.maths.terms import Terms


@dataclass(frozen=True, slots=True)
class Premises:
    """The leased space as it was when the deal was made. Areas in square feet."""

    building: str
    address: str
    floor: int
    space: str
    gross_sqft: Decimal
    usable_sqft: Decimal
    usage: str
    jurisdiction: str
    """Where the building stands ("New York, United States"): its law governs. May be empty."""
    paper: Paper = "A4"


@dataclass(frozen=True, slots=True)
class LeaseDocument:
    """Everything a lease says. Amounts in major units of `currency`.

    `lines` is the whole schedule of `terms`: the RENT lines and the DEPOSIT line, where there is a deposit.
    `special_terms` are the parties' own clauses; they follow the general ones and go before them.
    """

    contract_id: UUID
    reference: str
    issued_on: date
    lessor: Party
    lessee: Party
    premises: Premises
    currency: str
    terms: Terms
    lines: tuple[Line, ...]
    special_terms: tuple[Clause, ...] = ()
    renews: str | None = None
    """The reference of the lease that this one renews, which ends the day before."""

    @property
    def months(self) -> int:
        assert self.terms.term_months is not None  # noqa: S101 (only a SALE has none: shared/contracts/sale.py)
        return self.terms.term_months

    @property
    def end(self) -> date:
        return end_date(self.terms.start_date, self.months)

    @property
    def deposit(self) -> Line | None:
        return next((line for line in self.lines if line.charge == "DEPOSIT"), None)

    @property
    def base_rent(self) -> Decimal:
        return rounded(base_rent(self.terms), self.terms.exponent)

    def money(self, amount: Decimal) -> str:
        return written_money(self.currency, amount, self.terms.exponent)


KIND = "Commercial Lease"


def render_lease(lease: LeaseDocument, logo: bytes | None = None) -> bytes:
    """The lease as a PDF, with the lessor's logo. Equal leases give identical bytes."""
    pdf = Pdf(
        kind=KIND,
        reference=lease.reference,
        document_id=str(lease.contract_id),
        issued_on=lease.issued_on,
        author=lease.lessor.legal_name,
        paper=lease.premises.paper,
    )
    title = "Commercial Rental Agreement" if lease.terms.contract_type == "RENTAL" else "Commercial Lease Agreement"
    pdf.title(title, f"{lease.reference}, issued {written_day(lease.issued_on)}", logo)
    pdf.heading("Parties")
    pdf.paragraph(f"(1) {introduced(lease.lessor)} (the “Lessor”); and")
    pdf.paragraph(f"(2) {introduced(lease.lessee)} (the “Lessee”).")
    pdf.heading("Recitals")
    pdf.paragraph("(A) The Lessor owns, or is otherwise entitled to let, the Premises described below.")
    pdf.paragraph("(B) The Lessee wishes to rent the Premises, and the Lessor to let them, on the terms of this Lease.")
    if lease.renews:
        pdf.paragraph(
            f"(C) The Lessee holds the Premises under lease {lease.renews} until "
            f"{written_day(lease.terms.start_date - DAY)}. This Lease renews it from the day after. What is owed under "
            "that lease is settled under it; a deposit that is then held under it goes on to this Lease."
        )
    pdf.heading("Principal terms")
    pdf.facts(_principal_terms(lease))
    pdf.space(2)
    pdf.heading("Agreed terms")
    clauses = (*_clauses(lease), *lease.special_terms)
    for number, clause in enumerate(clauses, start=1):
        pdf.clause(number, clause.name, clause.paragraphs)
    _rent_table(pdf, lease)
    _rent_schedule(pdf, lease)
    pdf.signatures(
        "The parties have signed this Lease, including its Schedule, on the dates written below or recorded "
        "with their electronic signatures. Each person who signs declares to be authorised to bind the "
        "party signed for.",
        (("Lessor", lease.lessor), ("Lessee", lease.lessee)),
    )
    return pdf.finish()


def introduced(party: Party) -> str:
    text = isolated(party.legal_name)
    if party.address:
        text += f", of {on_one_line(party.address)}"
    if party.tax_id:
        text += f", tax registration {isolated(party.tax_id)}"
    if party.representative:
        text += f", represented by {isolated(party.representative)}"
        if party.title:
            text += f", {isolated(party.title)}"
    return text


def on_one_line(address: str) -> str:
    return ", ".join(isolated(line.strip()) for line in address.splitlines() if line.strip())


def located(space: str, floor: int, building: str) -> str:
    return f"{isolated(space)}, floor {floor}, {isolated(building)}"


def _principal_terms(lease: LeaseDocument) -> list[tuple[str, str]]:
    premises = lease.premises
    terms = [
        ("Premises", located(premises.space, premises.floor, premises.building)),
        ("Address", on_one_line(premises.address)),
        (
            "Floor area",
            f"{area_of(premises.gross_sqft)} sq ft rentable, {area_of(premises.usable_sqft)} sq ft usable",
        ),
        ("Permitted use", _use(premises)),
        *([("Renewal of", lease.renews)] if lease.renews else []),
        ("Term", months_of(lease.months)),
        ("Commencement", written_day(lease.terms.start_date)),
        ("Expiration", f"{written_day(lease.end)}, at the end of the day"),
        ("Base rent", f"{lease.money(lease.base_rent)} a month, {BILLED[lease.terms.billing_frequency]} in advance"),
    ]
    if changes := summary_of_changes(lease.terms, lease.currency):
        terms.append(("Changes of rent", changes))
    if lease.terms.free_months:
        terms.append(("Free rent", free_rent(lease.terms.free_months).capitalize()))
    terms.append(("Rent over the term", lease.money(schedule_total(lease.lines))))
    if code := dict(lease.terms.tax_codes).get("RENT"):
        terms.append(("Tax on rent", f"By tax code {code}, in addition"))
    if lease.terms.tax_percent:
        terms.append(("Tax on rent", f"{percent(lease.terms.tax_percent)}, in addition"))
    deposit = lease.deposit
    terms.append(("Security deposit", lease.money(deposit.amount) if deposit else "None"))
    if late := late_summary(lease.terms.late_policy, lease.money):
        terms.append(("Late payment", late))
    return terms


def _use(premises: Premises) -> str:
    return "Lawful commercial purposes" if premises.usage.upper() == "OTHER" else premises.usage.capitalize()


def _purpose(premises: Premises) -> str:
    use = _use(premises).lower()
    return use if premises.usage.upper() == "OTHER" else f"{use} use and what ordinarily goes with it"


def area_of(sqft: Decimal) -> str:
    """10,000 or 8,650.5: without the zeros that NUMERIC brings."""
    return f"{sqft.normalize():,f}"


def _clauses(lease: LeaseDocument) -> tuple[Clause, ...]:
    return (
        _premises(lease),
        _term(lease),
        *rent_clauses(lease.terms, lease.currency, lease.base_rent, schedule_total(lease.lines)),
        *((_deposit(lease, lease.deposit),) if lease.deposit else ()),
        *general_clauses(purpose=_purpose(lease.premises), jurisdiction=lease.premises.jurisdiction),
    )


def _premises(lease: LeaseDocument) -> Clause:
    premises = lease.premises
    return Clause(
        "Premises",
        (
            f"The Lessor lets to the Lessee, and the Lessee takes, {isolated(premises.space)} on floor "
            f"{premises.floor} of {isolated(premises.building)}, {on_one_line(premises.address)} (the “Premises”), "
            "together with the use, in common with others, of the entrances, lifts, stairs and other "
            "common parts of the building.",
            f"For every purpose of this Lease the Premises measure {area_of(premises.gross_sqft)} rentable "
            f"square feet and {area_of(premises.usable_sqft)} usable square feet. The rent does not change "
            "if a later measurement differs.",
        ),
    )


def _term(lease: LeaseDocument) -> Clause:
    return Clause(
        "Term",
        (
            f"The term is {months_of(lease.months)}. It begins on {written_day(lease.terms.start_date)} and ends "
            f"on {written_day(lease.end)}, both days included. Days begin and end at midnight at the "
            "Premises.",
            "The Lessee has possession of the Premises already and keeps it without a break."
            if lease.renews
            else "The Lessor gives vacant possession of the Premises on the first day of the term. If it "
            "cannot, no rent is owed until possession is given; if that takes longer than 60 days, the "
            "Lessee may end this Lease by notice and all sums it has paid are returned.",
        ),
    )


def _deposit(lease: LeaseDocument, deposit: Line) -> Clause:
    carried = (
        f"The deposit held under lease {lease.renews} counts towards it: the Lessee pays the difference, and the "
        "Lessor returns what is held above it.",
    )
    return Clause(
        "Security deposit",
        (
            f"By {written_day(deposit.due_date)} the Lessee pays a security deposit of "
            f"{lease.money(deposit.amount)}. It secures what the Lessee owes under this Lease and is not "
            "rent in advance.",
            *(carried if lease.renews else ()),
            "The Lessor may apply the deposit to sums overdue or to the cost of damage beyond fair wear "
            "and tear, and states the amount and the reason when it does; the Lessee then restores it "
            "within 14 days. Within 30 days after the Premises are given back, or sooner where the law "
            "says so, the Lessor returns what is left with an account of what was used.",
        ),
    )


def _rent_table(pdf: Pdf, lease: LeaseDocument) -> None:
    plan = levels(lease.terms)
    if len(plan) == 1:
        return
    pdf.heading("Schedule: base rent")
    pdf.paragraph(f"Before free rent and tax, in {lease.currency}.")
    columns = [Column("Months", 26), Column("From", 38), Column("To", 38), Column("A month", 32, "R")]
    columns.append(Column("A year", WIDTH - sum(column.width for column in columns), "R"))
    body = []
    for level, later in zip(plan, (*plan[1:], None), strict=True):
        last, until = (later.from_month - 1, later.begins - DAY) if later else (lease.months, lease.end)
        figures = (rounded(rent, lease.terms.exponent) for rent in (level.rent, level.rent * 12))
        months = f"{level.from_month} to {last}" if last > level.from_month else str(last)
        body.append(
            [
                months,
                written_day(level.begins),
                written_day(until),
                *(f"{figure:,.{lease.terms.exponent}f}" for figure in figures),
            ]
        )
    pdf.table(columns, body)


def _rent_schedule(pdf: Pdf, lease: LeaseDocument) -> None:
    pdf.heading("Schedule: installments")
    pdf.paragraph(f"All amounts in {lease.currency}. Each installment is due on the first day of its period.")
    rent = [line for line in lease.lines if line.charge == "RENT"]
    if rent[0].earlier:
        pdf.paragraph(
            f"The first is the rent of its whole month under both leases, less what {lease.renews} asks for that month."
        )
    abated = any(line.abatement for line in rent)
    columns = [
        Column("No.", 14, "R"),
        Column("From", 36 if abated else 42),
        Column("To", 36 if abated else 42),
        Column("Due date", 36 if abated else 42),
    ]
    if abated:
        columns.append(Column("Abatement", 24, "R"))
    columns.append(Column("Amount", WIDTH - sum(column.width for column in columns), "R"))

    def row(first: str, start: str, end: str, due: str, abatement: Decimal, amount: Decimal) -> list[str]:
        figures = [abatement, amount] if abated else [amount]
        return [first, start, end, due, *(f"{figure:,.{lease.terms.exponent}f}" for figure in figures)]

    body = [
        row(
            str(line.installment_number),
            written_day(line.period_start),
            written_day(line.period_end) if line.period_end else "",
            written_day(line.due_date),
            line.abatement,
            line.amount,
        )
        for line in rent
    ]
    abatement = sum((line.abatement for line in rent), Decimal(0))
    pdf.table(columns, body, totals=[Total(row("", "Total rent", "", "", abatement, schedule_total(lease.lines)))])
    if lease.deposit:
        deposit = lease.deposit
        pdf.paragraph(
            f"In addition the security deposit of {lease.money(deposit.amount)} is due on "
            f"{written_day(deposit.due_date)}."
        )
