"""The lease as a reader finds it: text taken out of the PDF again, whatever the names in it."""

import io
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from shared.contracts.clauses import Clause
from shared.contracts.document import LeaseDocument, Premises, render_lease
from shared.kit.pdf import Party, paper_of
from shared.maths.schedule import schedule
from shared.maths.terms import Escalation, IndexClause, LatePolicy, RentStep, Terms

D = Decimal


RENT = D("5000.00")
NEW_YEARS_EVE = date(2027, 12, 31)


def a_lease(term_months: int = 12, start: date = NEW_YEARS_EVE, currency: str = "USD", **terms: Any) -> LeaseDocument:
    terms = {"bid_amount": RENT, "deposit_months": D(2)} | terms
    agreed = Terms(start_date=start, term_months=term_months, area=D(10000), **terms)
    return LeaseDocument(
        contract_id=UUID("0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"),
        reference="LEASE-0193A1B2",
        issued_on=date(2027, 12, 1),
        lessor=Party("Harbor Holdings, LLC", "1 Wall Street\nNew York", "84-1234567", "Ann O’Neil", "Manager"),
        lessee=Party("Łódź Analytics GmbH", "Straße 5, Köln", "DE811907980", "Jürgen Weiß"),
        premises=Premises(
            building="Exchange Tower",
            address="12 Water Street, New York",
            floor=7,
            space="Suite 7B",
            gross_sqft=D("10000.00"),
            usable_sqft=D("8650.50"),
            usage="OFFICE",
            jurisdiction="New York, United States",
        ),
        currency=currency,
        terms=agreed,
        lines=schedule(agreed),
    )


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def test_a_lease_names_the_parties_the_premises_and_the_term() -> None:
    lease = text(render_lease(a_lease()))

    for fact in (
        "Harbor Holdings, LLC, of 1 Wall Street, New York, tax registration 84-1234567, "
        "represented by Ann O’Neil, Manager (the “Lessor”)",
        "Łódź Analytics GmbH, of Straße 5, Köln, tax registration DE811907980, "
        "represented by Jürgen Weiß (the “Lessee”)",
        "Suite 7B, floor 7, Exchange Tower",
        "12 Water Street, New York",
        "10,000 sq ft rentable, 8,650.5 sq ft usable",
        "31 December 2027",
        "30 December 2028",
        "New York, United States",
    ):
        assert fact in lease


def test_the_lease_lists_every_installment_with_its_due_date_and_the_total() -> None:
    document = a_lease()
    lease = text(render_lease(document))

    for line in document.lines[1:]:
        assert line.period_end is not None
        day, until = (f"{d.day} {d:%B} {d.year}" for d in (line.period_start, line.period_end))  # the C locale's names
        assert f"{line.installment_number} {day} {until} {day} {line.amount:,.2f}" in lease
    assert "Total rent 60,000.00" in lease
    assert "security deposit of USD 10,000.00 is due on 31 December 2027" in lease


def test_every_page_of_the_lease_has_its_reference_and_page_number() -> None:
    found = pages(render_lease(a_lease(term_months=120)))

    assert len(found) >= 6
    for number, page in enumerate(found, start=1):
        assert f"Page {number} of {len(found)}" in page
        assert "LEASE-0193A1B2" in page
        assert "Document 0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b" in page


def test_a_table_over_several_pages_repeats_its_header() -> None:
    found = pages(render_lease(a_lease(term_months=120)))

    with_installments = [page for page in found if re.search(r"1 May 20\d\d 31 May 20\d\d", page)]
    assert len(with_installments) >= 3
    assert all(page.count("No. From To Due date Amount") == 1 for page in with_installments)


def test_the_signature_block_is_on_one_page_with_both_sides() -> None:
    # Whatever the length of the table before it.
    for term_months in range(1, 45, 4):
        last = pages(render_lease(a_lease(term_months=term_months)))[-1]

        assert "For the Lessor" in last
        assert "For the Lessee" in last
        assert last.count("Signature ") == 2
        assert last.count("Date") >= 2


def test_the_lease_has_all_standard_clauses_numbered_in_order() -> None:
    special = Clause("Parking", ("Two parking places are included.",))
    lease = text(render_lease(replace(a_lease(), special_terms=(special,))))

    names = (
        "Premises",
        "Term",
        "Rent",
        "Security deposit",
        "Permitted use",
        "Maintenance and alterations",
        "Insurance and indemnity",
        "Assignment and subletting",
        "Default and remedies",
        "Holding over",
        "Entry",
        "Notices",
        "Governing law",
        "Entire agreement",
        "Electronic signatures and counterparts",
        "Parking",
    )
    positions = [lease.index(f"{number}. {name}") for number, name in enumerate(names, start=1)]
    assert positions == sorted(positions)


def test_a_lease_has_a_late_payment_clause_only_with_a_policy() -> None:
    policy = LatePolicy(grace_days=5, fee_percent=D("5.00"), min_fee=D("100.00"), annual_interest_percent=D("18.00"))
    lease = text(render_lease(a_lease(late_policy=policy)))

    assert (
        "unpaid 5 days after its due date bears, once, a late fee of 5 % of the overdue amount, at least USD 100.00"
        in lease
    )
    assert "simple interest of 18 % a year" in lease
    assert "Late payment" not in text(render_lease(a_lease()))


@pytest.mark.parametrize(
    ("policy", "summary", "clause"),
    [
        (
            LatePolicy(0, D(10), D(0), D(0)),
            "From the day after the due date: 10 % of the overdue amount Agreed",
            "unpaid after its due date bears, once, a late fee of 10 % of the overdue amount. "
            "The fee is due 14 days after it is charged. Fees",
        ),
        (
            LatePolicy(1, D(0), D(50), D(0), fee_due_days=30),
            "After 1 day: USD 50.00 Agreed",
            "once, a late fee of USD 50.00. The fee is due 30 days after it is charged. Fees",
        ),
        (
            LatePolicy(3, D(0), D(0), D("9.5")),
            "After 3 days: interest 9.5 % a year Agreed",
            "9.5 % a year from its due date until it is paid, where it is unpaid 3 days after that date, by actual "
            "days over 365. The interest is due 14 days after it is charged. Fees",
        ),
    ],
)
def test_the_late_payment_clause_omits_charges_that_do_not_apply(policy: LatePolicy, summary: str, clause: str) -> None:
    lease = text(render_lease(a_lease(late_policy=policy)))

    assert f"Late payment {summary}" in lease
    assert clause in lease
    assert " 0 %" not in lease
    assert "Late payment" not in text(render_lease(a_lease(late_policy=LatePolicy(5, D(0), D(0), D(0)))))


def test_a_renewal_names_the_lease_it_renews_and_that_possession_continues() -> None:
    before = a_lease(12, date(2027, 1, 10), deposit_months=D(0))
    after = a_lease(12, date(2028, 1, 10), bid_amount=D("6200.00"))
    lines = schedule(after.terms, after=before.lines[-1])
    renewal = text(render_lease(replace(after, lines=lines, renews="L-2027-01C6D3F2")))

    assert "holds the Premises under lease L-2027-01C6D3F2 until 9 January 2028." in renewal
    assert "Renewal of L-2027-01C6D3F2 Term 12 months" in renewal
    assert "has possession of the Premises already" in renewal
    assert "less what L-2027-01C6D3F2 asks for that month. No. From" in renewal
    assert "vacant possession" not in renewal
    assert "a deposit that is then held under it goes on to this Lease" in renewal
    assert "The deposit held under lease L-2027-01C6D3F2 counts towards it: the Lessee pays the difference" in renewal
    first = text(render_lease(after))
    assert "gives vacant possession" in first
    assert not any(
        said in first for said in ("Renewal of", "already and keeps", "under both leases", "counts towards it")
    )


def test_a_lease_without_a_known_place_is_governed_by_the_law_of_the_premises() -> None:
    document = a_lease(term_months=1)
    lease = text(render_lease(replace(document, premises=replace(document.premises, jurisdiction="", usage="OTHER"))))

    assert "the law in force where the Premises are. The courts" in lease
    assert "uses the Premises for lawful commercial purposes, and" in lease


def test_a_lease_without_a_deposit_says_so() -> None:
    lease = text(render_lease(a_lease(deposit_months=D(0))))

    assert "Security deposit None" in lease
    assert "security deposit of" not in lease


def test_the_lease_shows_abated_rent_beside_the_amount_due() -> None:
    lease = text(render_lease(a_lease(start=date(2028, 1, 1), free_months=(1,))))

    assert "1 1 January 2028 31 January 2028 1 January 2028 5,000.00 0.00" in lease
    assert "Total rent 5,000.00 55,000.00" in lease


@pytest.mark.parametrize(
    ("months", "told"),
    [((3,), "month 3"), ((1, 2), "months 1 to 2"), ((13, 1, 2, 3, 25), "months 1 to 3, 13 and 25")],
)
def test_the_lease_lists_free_months_as_ranges(months: tuple[int, ...], told: str) -> None:
    lease = text(render_lease(a_lease(36, free_months=months)))

    assert f"Free rent {told.capitalize()}" in lease
    assert f"No base rent is owed for {told} of the term." in lease
    assert "Free rent" not in text(render_lease(a_lease()))


def test_the_lease_lists_each_rent_with_its_period() -> None:
    lease = text(render_lease(a_lease(36, date(2028, 1, 1), escalation=Escalation("COMPOUND", percent=D(3)))))

    assert "+3 % of the rent before, every 12 months" in lease
    for row in (
        "1 to 12 1 January 2028 31 December 2028 5,000.00 60,000.00",
        "13 to 24 1 January 2029 31 December 2029 5,150.00 61,800.00",
        "25 to 36 1 January 2030 31 December 2030 5,304.50 63,654.00",
    ):
        assert row in lease
    assert "Schedule: base rent" not in text(render_lease(a_lease(36)))


@pytest.mark.parametrize(
    ("escalation", "told"),
    [
        (Escalation("SIMPLE", percent=D("-2.50")), "by −2.5 % of the first rent"),
        (
            Escalation("AMOUNT", amount_psf=D("1.10"), every_months=6),
            "+USD 1.10 per rentable square foot and year, every 6 months",
        ),
        (Escalation("STEP", table=(RentStep(1, RENT), RentStep(7, D(6000)))), "By the table of the Schedule"),
    ],
)
def test_the_lease_states_how_the_rent_changes(escalation: Escalation, told: str) -> None:
    lease = text(render_lease(a_lease(24, escalation=escalation)))

    assert told in lease
    assert "3. Rent" in lease
    assert "4. Changes of rent" in lease


def test_the_index_clause_states_all_parameters_of_the_adjustment() -> None:
    clause = IndexClause("CPI-U", D("462.200"), D("0.9"), D("1.5"), D("2.0"), D(6000), "PRIOR", upward_only=True)
    lease = text(render_lease(a_lease(60, escalation=Escalation("INDEX", index_clause=clause))))

    for fact in (
        "Changes of rent With the index CPI-U, every 12 months",
        "follows the index “CPI-U”, whose base value is 462.2.",
        "its value at the change before (at first the base value), multiplied by 0.9, but by at least 1.5 % and at "
        "most 2 %. The percentage applies to the base rent last charged.",
        "does not exceed USD 6,000.00 a month. It does not fall.",
        "as far as the index is known on the date of this Lease",
    ):
        assert fact in lease


def test_the_lease_states_billing_proration_tax_and_allowance() -> None:
    terms = {"billing_frequency": "QUARTERLY", "proration": "THIRTY_360", "tax_percent": D("8.8750")}
    lease = text(render_lease(a_lease(ti_allowance_psf=D("20.00"), **terms)))

    for fact in (
        "USD 5,000.00 a month, quarterly in advance",
        "the monthly rent multiplied by the days of that part and divided by 30",
        "Tax on rent 8.875 %, in addition",
        "Tax of 8.875 % is added to each installment of rent",
        "contributes up to USD 20.00 per rentable square foot",
    ):
        assert fact in lease


def test_a_rental_is_titled_rental_agreement() -> None:
    assert "Commercial Rental Agreement" in text(render_lease(a_lease(contract_type="RENTAL")))


def test_the_lease_shows_no_decimals_in_a_currency_without_minor_units() -> None:
    document = a_lease(2, date(2028, 1, 1), "JPY", bid_amount=D(500000), deposit_months=D(0), exponent=0)

    assert "JPY 500,000 a month" in text(render_lease(document))


def test_the_same_lease_gives_the_same_bytes_in_any_process() -> None:
    here = Path(__file__).parent
    script = (
        f"import hashlib, sys; sys.path[:0] = [{str(here)!r}, {str(here.parents[1])!r}];"
        "from test_document import a_lease, render_lease;"
        "print(hashlib.sha256(render_lease(a_lease())).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PATH": ""},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed, zone in (("0", "UTC"), ("1", "Pacific/Kiritimati"))
    }
    assert len(digests) == 1


def test_different_leases_give_different_bytes() -> None:
    document = a_lease()

    assert render_lease(document) != render_lease(a_lease(bid_amount=D("5000.01")))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ολυμπία Ακίνητα Α.Ε.", "Ολυμπία Ακίνητα Α.Ε."),
        ("ООО «Недвижимость»", "ООО «Недвижимость»"),
        ("საქართველოს ბანკი", "საქართველოს ბანკი"),  # not in Open Sans: DejaVu
        ("חברת נכסים", "חברת נכסים"),
        ("Cafe\u0301 Ltd", "Café Ltd"),
        ("{nb} Ltd & <b>Co</b> **x** \\(", "{nb} Ltd & <b>Co</b> **x** \\("),
        ("NUL\x00 and\u202e turned\r\nround", "NUL and turned round"),
        ("株式会社 Tokyo", "株式会社 Tokyo"),
        ("Old \ue000 Ltd", "Old [U+E000] Ltd"),
        ("\ud800 Ltd", "[U+D800] Ltd"),
        ("Z" * 255, "Z" * 50),
        ("W i d e " * 40, "W i d e W i d e"),
        ("", "(1) , of"),
    ],
)
def test_the_lease_can_print_names_in_any_script(name: str, shown: str) -> None:
    document = a_lease(term_months=1)
    party = replace(document.lessor, legal_name=name, representative=name, title=name)
    pdf = render_lease(replace(document, lessor=party, lessee=replace(party, address=name)))

    assert pdf == render_lease(replace(document, lessor=party, lessee=replace(party, address=name)))
    assert shown in text(pdf)


@pytest.mark.parametrize(
    ("country", "size"),
    [("USA", (612, 792)), ("Canada", (612, 792)), ("DE", (595, 842)), ("Atlantis", (595, 842)), (None, (595, 842))],
)
def test_a_document_has_the_paper_of_the_country_where_the_building_stands(country: str | None, size: tuple) -> None:
    lease = a_lease()
    pdf = render_lease(replace(lease, premises=replace(lease.premises, paper=paper_of(country))))

    reader = PdfReader(io.BytesIO(pdf))
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages} == {size}
    assert "Page 1 of" in pages(pdf)[0]


def test_a_document_says_its_title_author_and_language() -> None:
    reader = PdfReader(io.BytesIO(render_lease(a_lease())))

    assert reader.metadata is not None
    assert reader.metadata.title == "Commercial Lease LEASE-0193A1B2"
    assert reader.metadata.author == "Harbor Holdings, LLC"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"].value is True
