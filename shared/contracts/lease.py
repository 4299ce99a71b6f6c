"""From a deal to its document: the lease's content, its reference and its place.

Everything comes from the snapshot in the contract, so the same contract gives the same bytes at any time.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.contracts.document import LeaseDocument, Premises, render_lease
from shared.contracts.sale import render_sale
from shared.files.letterhead import logo_of
from shared.kit.countries import named
from shared.kit.db import Row
from shared.kit.pdf import Party, paper_of
from shared.terms.deal import schedule_of, terms_of


def lease_reference(deal: Row) -> str:
    """The number people call a lease by, as `L-2027-01C6D3F2`: its year and the end of its id."""
    contract_id: UUID = deal["id"]
    return f"L-{deal['issued_on'].year}-{contract_id.hex[-8:].upper()}"


def lease_of(deal: Row) -> LeaseDocument:
    """The lease of a deal as `select_deal` or `select_my_deal` returns it, with its whole schedule."""
    premises, renewed = deal["premises"], deal["renewed"]
    address = premises["building"]["address"]
    return LeaseDocument(
        contract_id=deal["id"],
        reference=lease_reference(deal),
        issued_on=deal["issued_on"],
        lessor=party_of(deal["owner_party"]),
        lessee=party_of(deal["client_party"]),
        premises=Premises(
            building=premises["building"]["name"],
            address=address_lines(address),
            floor=premises["floor_number"],
            space=premises["space"]["name"],
            gross_sqft=Decimal(premises["gross_sqft"]),
            usable_sqft=Decimal(premises["usable_sqft"]),
            usage=premises["usage_type"].replace("_", " ").lower(),
            jurisdiction=", ".join(
                part for part in (address.get("state"), named(address.get("country") or "")) if part
            ),
            paper=paper_of(address.get("country")),
        ),
        currency=deal["currency"],
        terms=terms_of(deal),
        lines=schedule_of(deal),
        renews=lease_reference({"id": UUID(renewed["id"]), "issued_on": date.fromisoformat(renewed["issued_on"])})
        if renewed
        else None,
    )


def rendered(deal: Row) -> bytes:
    """The deal's document: its lease, or the agreement of its sale. Reads the owner's logo from its bucket."""
    document = lease_of(deal)
    if document.terms.contract_type == "SALE":
        return render_sale(document)
    return render_lease(document, logo_of(deal["owner_party"]))


def party_of(frozen: dict[str, Any]) -> Party:
    """A party, from the snapshot in the contract."""
    return Party(
        legal_name=frozen["legal_name"],
        address=address_lines(frozen.get("address") or {}),
        tax_id=frozen.get("tax_id") or "",
        representative=frozen["name"],
    )


def address_lines(address: dict[str, Any]) -> str:
    """An address as it is printed, line by line."""
    town = " ".join(part for part in (address.get("state"), address.get("postal_code")) if part)
    city = ", ".join(part for part in (address.get("city"), town) if part)
    country = named(address.get("country") or "")
    return "\n".join(part for part in (address.get("street"), city, country) if part)
