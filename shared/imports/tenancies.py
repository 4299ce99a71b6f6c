"""Writes a batch of leases: each on its space, for its tenant, with its books as they are on the day of the import."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.auth import opaque
from shared.auth.rules import mailed_token
from shared.contracts import imported
from shared.imports import invitations
from shared.imports.faults import fault, nearest
from shared.imports.inventory import Writer
from shared.imports.models import Fault
from shared.imports.terms import Lease, facts_of, lease_of
from shared.kit.db import Row
from shared.kit.ids import new_id
from shared.kit.keys import derived_key
from shared.maths.months import MAX_TERM_MONTHS
from shared.maths.schedule import schedule_total
from shared.organizations.rules import INVITATION_KEY
from shared.payments.opening import Opening, open_books
from shared.terms.deal import COLUMNS
from shared.terms.stored import stored_terms

__all__ = ["lease_of", "lines_of", "write"]

_MOST_IDS = 20_000
"""External ids of spaces among which one that is one slip away is looked for."""


def lines_of(lease: Lease) -> int:
    """How many payments the lease comes to."""
    return len(lease.lines) + 2


def write(writer: Writer, leases: list[Lease]) -> dict[int, list[Fault]]:
    """Write the leases (their external ids are different ones) that can be; what is wrong with the others, by row."""
    spaces = {
        row["external_id"]: row
        for row in imported.lock_spaces(
            writer.tx, writer.organization_id, [lease.said.space_external_id for lease in leases]
        )
    }
    known = imported.select_known(writer.tx, writer.organization_id, [lease.external_id for lease in leases])
    faults = _faults_of(writer, leases, spaces, known)
    new = [lease for lease in leases if lease.row not in faults and lease.external_id not in known]
    faults |= _overlapping(writer, new, spaces)
    new = [lease for lease in new if lease.row not in faults]
    tenants = _tenants(writer, [lease for lease in leases if lease.row not in faults])
    if new:
        _insert(writer, new, spaces, tenants)
    _invite(writer, [lease for lease in leases if lease.row not in faults and lease.said.invite], tenants)
    return faults


def _faults_of(
    writer: Writer, leases: list[Lease], spaces: dict[str, Row], known: dict[str, Row]
) -> dict[int, list[Fault]]:
    found: dict[int, list[Fault]] = {}
    some_ids: list[str] | None = None
    for lease in leases:
        space = spaces.get(lease.said.space_external_id)
        if lease.external_id in known:
            if wrong := list(_changed(lease, known[lease.external_id])):
                found[lease.row] = wrong
        elif space is None:
            if some_ids is None:
                some_ids = imported.select_some_ids(writer.tx, writer.organization_id, _MOST_IDS)
            found[lease.row] = [_unknown_space(lease.said.space_external_id, some_ids)]
        elif wrong := list(_misplaced(lease, space)):
            found[lease.row] = wrong
    return found


def _changed(lease: Lease, before: Row) -> Iterable[Fault]:
    """A lease that is here is changed by what is done with it, and not by an import."""
    for column, value in facts_of(lease).items():
        if before.get(column) != value:
            message = f"was {_cell(before.get(column))} when the lease was imported: an import does not change a lease"
            yield fault(column, "IN_USE", message, _cell(value), _cell(before.get(column)))


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(":".join(map(str, part)) if isinstance(part, list) else str(part) for part in value)
    return "" if value is None else str(value)


def _unknown_space(external_id: str, known: list[str]) -> Fault:
    message = "must be the external_id of a space of yours: import or create the space first"
    return fault("space_external_id", "UNKNOWN", message, external_id, nearest(external_id, known) or "")


def _misplaced(lease: Lease, space: Row) -> Iterable[Fault]:
    said = lease.said
    if said.currency != space["currency"]:
        message = f"must be {space['currency']}, as for the space"
        yield fault("currency", "INVALID", message, said.currency, space["currency"])
    if lease.end_date < space["today"]:
        message = f"must not be over: the lease ended on {lease.end_date}"
        column = "end_date" if said.end_date else "term_months"
        yield fault(column, "TOO_SMALL", message, lease.end_date.isoformat(), "")
    if space["is_being_signed"]:
        yield _taken(lease, "is held for a lease that is being signed")


def _taken(lease: Lease, message: str) -> Fault:
    return fault("space_external_id", "IN_USE", message, lease.said.space_external_id, "")


def _overlapping(writer: Writer, leases: list[Lease], spaces: dict[str, Row]) -> dict[int, list[Fault]]:
    """One space, one lease at a time."""
    taken: dict[UUID, list[tuple[date, date, str]]] = {}
    for row in imported.select_leases(writer.tx, [spaces[one.said.space_external_id]["id"] for one in leases]):
        if row["end_date"] is not None:
            taken.setdefault(row["space_id"], []).append((row["start_date"], row["end_date"], "another lease"))
    found: dict[int, list[Fault]] = {}
    for lease in leases:
        days = taken.setdefault(spaces[lease.said.space_external_id]["id"], [])
        other = next((one for one in days if one[0] <= lease.end_date and lease.said.start_date <= one[1]), None)
        if other:
            found[lease.row] = [_taken(lease, f"is let by {other[2]} from {other[0]} to {other[1]}")]
        else:
            days.append((lease.said.start_date, lease.end_date, f"the lease in row {lease.row}"))
    return found


def _tenants(writer: Writer, leases: list[Lease]) -> dict[str, UUID]:
    names: dict[str, str] = {}
    for lease in leases:
        names.setdefault(lease.said.tenant_email.lower(), lease.said.tenant_name)
    return imported.tenants_of(writer.tx, writer.organization_id, names) if names else {}


def _insert(writer: Writer, leases: list[Lease], spaces: dict[str, Row], tenants: dict[str, UUID]) -> None:
    rows, openings = [], []
    for lease in leases:
        space = spaces[lease.said.space_external_id]
        row = _contract(lease, space, tenants[lease.said.tenant_email.lower()])
        rows.append(row)
        openings.append(
            Opening(
                contract_id=row["id"],
                start_date=lease.said.start_date,
                lines=lease.lines,
                paid_through=lease.said.paid_through,
                deposit=lease.said.deposit,
                open_balance=lease.said.open_balance,
                today=space["today"],
            )
        )
    for contract in imported.insert_imported(writer.tx, rows, writer.user_id):
        writer.tx.emit("contract.imported", contract)
    open_books(writer.tx, openings, writer.user_id)


def _contract(lease: Lease, space: Row, tenant_id: UUID) -> dict[str, Any]:
    said = lease.said
    months = (said.deposit / said.base_rent_monthly).quantize(Decimal("0.01"))
    stored = stored_terms(lease.terms._replace(area=space["gross_sqft"]))
    # A deposit that is no number of months' rents that an offer could name is in the schedule alone.
    is_months = months <= MAX_TERM_MONTHS and months * said.base_rent_monthly == said.deposit
    stored["deposit_months"] = months if is_months else Decimal(0)
    return {
        "id": new_id(),
        "space_id": space["id"],
        "client_organization_id": tenant_id,
        "contract_type": said.contract_type,
        "start_date": said.start_date,
        "end_date": lease.end_date,
        "term_months": lease.terms.term_months,
        "base_rent": said.base_rent_monthly,
        **{name: stored[name] for name in COLUMNS},
        "terms": {name: value for name, value in stored.items() if name not in COLUMNS},
        "currency": said.currency,
        "schedule_total": schedule_total(lease.lines),
        "tenant_name": said.tenant_name,
        "tenant_email": said.tenant_email,
        "status": "ACTIVE" if said.start_date <= space["today"] else "SIGNED",
        "external_id": said.contract_external_id,
        "imported": facts_of(lease),
    }


def _invite(writer: Writer, leases: list[Lease], tenants: dict[str, UUID]) -> None:
    """Invite the tenants once a week at most, in the name of the owner's organization."""
    emails = {tenants[lease.said.tenant_email.lower()]: lease.said.tenant_email for lease in leases}
    key = derived_key(INVITATION_KEY) if emails else b""
    ids = {organization_id: new_id() for organization_id in emails}
    hashes = {one: opaque.hash_of(mailed_token(key, invitation_id)) for one, invitation_id in ids.items()}
    invitations.invite(writer, emails, ids, hashes)
