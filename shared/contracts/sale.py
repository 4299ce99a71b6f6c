"""The sale of a space: the agreement that both sides sign, as one PDF like a lease (shared/contracts/document.py).

It binds the parties to the price and the day; the deed that the law of the place asks for comes after it.
"""

from shared.contracts.clauses import Clause
from shared.contracts.document import LeaseDocument, area_of, introduced, located, on_one_line
from shared.contracts.rent_clauses import late_clauses, percent
from shared.kit.pdf import Pdf
from shared.kit.written import isolated, written_day
from shared.maths.schedule import schedule_total

KIND = "Agreement of Sale"


def render_sale(sale: LeaseDocument) -> bytes:
    """The agreement as a PDF; `lessor` is the seller, `lessee` the buyer. Equal sales give identical
    bytes."""
    pdf = Pdf(
        kind=KIND,
        reference=sale.reference,
        document_id=str(sale.contract_id),
        issued_on=sale.issued_on,
        author=sale.lessor.legal_name,
        paper=sale.premises.paper,
    )
    pdf.title("Agreement of Sale of Commercial Premises", f"{sale.reference}, issued {written_day(sale.issued_on)}")
    pdf.heading("Parties")
    pdf.paragraph(f"(1) {introduced(sale.lessor)} (the “Seller”); and")
    pdf.paragraph(f"(2) {introduced(sale.lessee)} (the “Buyer”).")
    pdf.heading("Principal terms")
    premises = sale.premises
    price = sale.money(schedule_total(sale.lines))
    day = written_day(sale.terms.start_date)
    facts = [
        ("Premises", located(premises.space, premises.floor, premises.building)),
        ("Address", on_one_line(premises.address)),
        ("Floor area", f"{area_of(premises.gross_sqft)} sq ft gross, {area_of(premises.usable_sqft)} sq ft usable"),
        ("Price", price),
        ("Completion", day),
    ]
    if code := dict(sale.terms.tax_codes).get("RENT"):
        facts.append(("Tax on the price", f"By tax code {code}, in addition"))
    if sale.terms.tax_percent:
        facts.append(("Tax on the price", f"{percent(sale.terms.tax_percent)}, in addition"))
    pdf.facts(facts)
    pdf.space(2)
    pdf.heading("Agreed terms")
    for number, clause in enumerate((*_clauses(sale, price, day), *sale.special_terms), start=1):
        pdf.clause(number, clause.name, clause.paragraphs)
    pdf.signatures(
        "The parties have signed this Agreement on the dates written below or recorded with their electronic "
        "signatures. Each person who signs declares to be authorised to bind the party signed for.",
        (("Seller", sale.lessor), ("Buyer", sale.lessee)),
    )
    return pdf.finish()


def _clauses(sale: LeaseDocument, price: str, day: str) -> tuple[Clause, ...]:
    premises = sale.premises
    place = f": {isolated(premises.jurisdiction)}" if premises.jurisdiction else ""
    code = dict(sale.terms.tax_codes).get("RENT")
    tax = (
        f"Tax is added to the price by the rate of the Seller’s tax code {code}, and paid with it, against a proper "
        "invoice."
        if code
        else f"Tax of {percent(sale.terms.tax_percent)} is added to the price and paid with it, against a proper "
        "invoice."
        if sale.terms.tax_percent
        else "Value added tax, sales tax or a transfer tax, where one is due by law, is borne by the Buyer."
    )
    return (
        Clause(
            "Sale",
            (
                f"The Seller sells to the Buyer, and the Buyer buys, {isolated(premises.space)} on floor "
                f"{premises.floor} of {isolated(premises.building)}, {on_one_line(premises.address)} (the “Premises”), "
                "with its share in the common parts of the building and all rights that go with it.",
                f"The Premises measure {area_of(premises.gross_sqft)} gross square feet and "
                f"{area_of(premises.usable_sqft)} usable square feet. The price does not change if a later "
                "measurement differs.",
            ),
        ),
        Clause(
            "Price",
            (
                f"The price is {price}. It is due in one payment on {day}, by the methods that the Seller accepts on "
                f"the platform. {tax}",
            ),
        ),
        *late_clauses(sale.terms.late_policy, sale.money),
        Clause(
            "Completion",
            (
                f"On {day}, against payment of the price, the Seller gives vacant possession of the Premises and "
                "signs whatever the law of the place requires to make the Buyer their owner. Benefit, burden and risk "
                "pass to the Buyer with possession. Days begin and end at midnight at the Premises.",
            ),
        ),
        Clause(
            "Title and condition",
            (
                "The Seller warrants that it may sell the Premises and that on completion they are free of mortgages, "
                "leases and other rights of third parties, except those registered and disclosed to the Buyer.",
                "The Buyer has inspected the Premises and takes them as they are. The Seller warrants that it has "
                "disclosed every defect that it knows of.",
            ),
        ),
        Clause(
            "Default",
            (
                "If a party does not complete within 30 days after written notice to do so, the other may withdraw and "
                "claim its loss, which it takes reasonable steps to mitigate; what was paid is then returned.",
            ),
        ),
        Clause(
            "Notices",
            (
                "Notices are in writing and are given through the platform on which this Agreement was made, or by "
                "post or courier to the address stated above or another that a party has named.",
            ),
        ),
        Clause(
            "Governing law",
            (
                f"This Agreement is governed by the law in force where the Premises are{place}. The courts that have "
                "jurisdiction there decide disputes. Mandatory law, also as to form, prevails over this Agreement.",
            ),
        ),
        Clause(
            "Entire agreement",
            (
                "This is the whole agreement of the parties about the Premises and replaces what was offered or said "
                "before. It is changed only in writing, signed by both. If a provision is void, the others stand.",
            ),
        ),
        Clause(
            "Electronic signatures and counterparts",
            (
                "The parties agree to sign electronically, as far as the law of the place allows it. The record of "
                "each signature holds the signer’s name, the time, the network address and the SHA-256 digest of this "
                "document. This Agreement may be signed in counterparts, which together are one instrument.",
            ),
        ),
    )
