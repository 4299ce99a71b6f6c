"""From a payment's rows to its documents: the contents of its invoice and latest receipt, and where they are stored.

The rows never change once written, so the same payment gives the same bytes at any time.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from shared.contracts.document import located
from shared.contracts.lease import lease_reference, party_of
from shared.kit.db import Row
from shared.kit.pdf import paper_of
from shared.maths.currencies import exponent_of
from shared.organizations.accounts import payable_to
from shared.payments.document import Charge, Invoice, Receipt
from shared.taxes.rules import parts_of


def invoice_of(row: Row) -> Invoice:
    """The invoice of a payment as `select_documents` returns it. Issued once, it says what was due then."""
    return Invoice(
        id=row["invoice_id"],
        number=invoice_number(row),
        issued_on=row["issued_on"],
        due_date=row["due_date"],
        issuer=party_of(row["owner_party"]),
        recipient=party_of(row["client_party"]),
        contract_reference=_lease(row),
        premises=_premises(row),
        currency=row["currency"],
        charges=_charges(row),
        tax_percent=row["tax_percent"],
        tax=row["tax_amount"],
        taxes=parts_of(row["taxes"]),
        corrects=tuple(f"INV-{one['number']:06d}" for one in row["corrects"] or ()),
        total=row["total_amount"],
        paid=row["paid_at_issue"],
        rents=tuple(invoice_number(rent) for rent in row["rents"] or ()),
        accounts=tuple(payable_to(row["owner_party"].get("bank_accounts"), row["currency"])),
        paper=paper_of(row["premises"]["building"]["address"].get("country")),
        exponent=exponent_of(row["currency"]),
    )


def receipt_of(row: Row) -> Receipt:
    """The receipt of the payment's latest transaction that stands."""
    transactions = row["transactions"]
    # Only money that settles a payment in full leaves credit, so the credit came with the latest transaction. Whatever
    # credit had settled earlier counts as paid earlier.
    latest, credit = transactions[-1], row["credit"]
    return Receipt(
        id=latest["id"],
        number=receipt_number(row),
        issued_on=date.fromisoformat(latest["recorded_on"]),
        paid_date=date.fromisoformat(latest["paid_date"]),
        issuer=party_of(row["owner_party"]),
        recipient=party_of(row["client_party"]),
        invoice_number=invoice_number(row) if row["invoice_id"] else None,
        contract_reference=_lease(row),
        premises=_premises(row),
        currency=row["currency"],
        charges=_charges(row),
        tax_percent=row["tax_percent"],
        tax=row["tax_amount"],
        taxes=parts_of(row["taxes"]),
        corrects=tuple(f"INV-{one['number']:06d}" for one in row["corrects"] or ()),
        total=row["total_amount"],
        received=Decimal(latest["amount"]) + credit,
        credit=credit,
        credited=row["credited"],
        written_off=row["written_off"],
        paid=sum((Decimal(one["amount"]) for one in transactions), Decimal(row["applied"])),
        payment_method=latest["payment_method"],
        transaction_reference=latest["transaction_reference"],
        paper=paper_of(row["premises"]["building"]["address"].get("country")),
        exponent=exponent_of(row["currency"]),
    )


def invoice_number(row: Row) -> str:
    """The invoice's number, counted without gaps in the owner's organization."""
    return f"INV-{row['number']:06d}"


def receipt_number(row: Row) -> str:
    """The receipt's number: its invoice's, and the number of the transaction. A reversed one keeps its number.

    Without an invoice of ours it is that of its lease, of which one payment can be paid like this."""
    asked = f"{row['number']:06d}" if row["invoice_id"] else _lease(row)
    return f"RCT-{asked}-{row['transactions'][-1]['number']}"


def invoice_key(row: Row) -> str:
    """Where the invoice's PDF is kept in the documents bucket."""
    return f"invoices/{row['invoice_id']}.pdf"


def receipt_key(row: Row) -> str:
    """Where the latest receipt's PDF is kept in the documents bucket."""
    return f"receipts/{row['transactions'][-1]['id']}.pdf"


def _lease(row: Row) -> str:
    return lease_reference({"id": row["contract_id"], "issued_on": row["contract_issued_on"]})


def _premises(row: Row) -> str:
    premises = row["premises"]
    return located(premises["space"]["name"], premises["floor_number"], premises["building"]["name"])


def _charges(row: Row) -> tuple[Charge, ...]:
    def charge_of(line: dict[str, Any]) -> Charge:
        # A fee that is raised again has a first day of its own: it is for the same period as the rent.
        fee_of = row["rents"][0] if line["charge"] == "LATE_FEE" and row["rents"] else None
        return Charge(
            charge=line["charge"],
            period_start=date.fromisoformat((fee_of or line)["period_start"]),
            period_end=date.fromisoformat(line["period_end"]) if line["period_end"] else None,
            amount=Decimal(line["amount"]),
            # An invoice of an earlier release has one line, and its tax.
            tax=Decimal(line["tax_amount"] if "tax_amount" in line else row["tax_amount"]),
            installment_number=row["installment_number"],
            total_installments=row["total_installments"],
        )

    return tuple(charge_of(line) for line in row["lines"])
