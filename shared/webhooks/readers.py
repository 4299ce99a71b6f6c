"""How the objects of public events are read, and whom they concern, by word."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from shared.bids.answer import bid_of
from shared.buildings.answer import building_of, floor_of
from shared.contracts.answer import contract_of
from shared.kit.consumer import Event
from shared.kit.db import Reading
from shared.kit.errors import NotFound
from shared.kit.fields import View
from shared.maintenance.answer import ticket_of
from shared.organizations.answer import member_of
from shared.organizations.models import Member
from shared.payments.answer import payment_of
from shared.payments.invoices import select_invoice
from shared.payments.models import Invoice
from shared.spaces.answer import space_of
from shared.webhooks.audience import PLATFORM, Audience

_SELECT_BROKERS = """
SELECT m.broker_id, u.organization_id
FROM mandates m
JOIN users u ON u.id = m.broker_id
WHERE m.client_organization_id = %(client)s AND m.revoked_at IS NULL
  AND (m.valid_until IS NULL OR m.valid_until >= app.today('UTC'))
  AND u.organization_id NOT IN (%(client)s, %(owner)s)
ORDER BY m.broker_id
"""

_SELECT_BUILDING_OWNER = "SELECT b.owner_organization_id FROM buildings b WHERE b.id = %(building_id)s"

_SELECT_TICKET_SIDES = """
SELECT t.owner_organization_id, t.client_organization_id FROM tickets t WHERE t.id = %(ticket_id)s
"""

_SELECT_MEMBERS_ORGANIZATION = "SELECT u.organization_id FROM users u WHERE u.id = %(user_id)s"


def _sides(tx: Reading, event: Event) -> list[Audience]:
    """Both sides of a deal, and each organization of brokers who act for the client."""
    owner, client = (UUID(str(event.data[f"{side}_organization_id"])) for side in ("owner", "client"))
    brokers = {
        row["organization_id"]: Audience(row["organization_id"], "BROKER", row["broker_id"], client)
        for row in tx.all(_SELECT_BROKERS, {"client": client, "owner": owner})
    }
    return [Audience(owner, "OWNER"), Audience(client, "CLIENT"), *brokers.values()]


def _owner(tx: Reading, event: Event) -> list[Audience]:
    """The owner of a building, a floor or a space."""
    owner = event.data.get("owner_organization_id")
    if owner is None:
        row = tx.one(_SELECT_BUILDING_OWNER, {"building_id": event.data["building_id"]})
        owner = row["owner_organization_id"] if row else None
    return [Audience(UUID(str(owner)), "OWNER")] if owner else []


def _organization(tx: Reading, event: Event) -> list[Audience]:
    """The organization of a member."""
    organization_id = _organization_of(tx, UUID(str(event.data.get("user_id") or event.object_id)))
    return [Audience(organization_id, "MEMBER")] if organization_id else []


def _organization_of(tx: Reading, user_id: UUID) -> UUID | None:
    row = tx.one(_SELECT_MEMBERS_ORGANIZATION, {"user_id": user_id})
    return row["organization_id"] if row else None


def _ticket_sides(tx: Reading, event: Event) -> list[Audience]:
    """The owner of a ticket and the tenant who reported it, unless it is between the owner and a contractor."""
    row = tx.one(_SELECT_TICKET_SIDES, {"ticket_id": event.object_id})
    if row is None:
        return []
    is_owners = event.name == "maintenance.quoted" or event.data.get("is_inquiry")
    client = None if is_owners else row["client_organization_id"]
    owner = Audience(row["owner_organization_id"], "OWNER")
    return [owner, Audience(client, "CLIENT")] if client else [owner]


def _invoice(tx: Reading, audience: Audience, invoice_id: UUID) -> Invoice:
    row = select_invoice(tx, audience.caller, invoice_id)
    if row is None:
        raise NotFound()
    return Invoice.of(row)


def _member(tx: Reading, audience: Audience, user_id: UUID) -> Member:
    organization_id = audience.organization_id
    if organization_id == PLATFORM:
        organization_id = _organization_of(tx, user_id) or PLATFORM
    return member_of(tx, organization_id, user_id)


class Reader(NamedTuple):
    """How a word's objects are read."""

    concerned: Callable[[Reading, Event], list[Audience]]
    """Whom an event concerns, besides the platform."""
    show: Callable[[Reading, Audience, UUID], View]
    """The object as the audience's GET answers it; raises NotFound. The transaction is the audience's, too."""


READERS = {
    "bids": Reader(_sides, lambda tx, audience, bid_id: bid_of(tx, audience.caller, bid_id)),
    "buildings": Reader(_owner, lambda tx, audience, building_id: building_of(tx, building_id)),
    "contracts": Reader(_sides, lambda tx, audience, contract_id: contract_of(tx, audience.caller, contract_id)),
    "floors": Reader(_owner, lambda tx, audience, floor_id: floor_of(tx, floor_id)),
    "invoices": Reader(_sides, _invoice),
    "maintenance": Reader(_ticket_sides, lambda tx, audience, ticket_id: ticket_of(tx, audience.caller, ticket_id)),
    "members": Reader(_organization, _member),
    "payments": Reader(_sides, lambda tx, audience, payment_id: payment_of(tx, audience.caller, payment_id)),
    "spaces": Reader(_owner, lambda tx, audience, space_id: space_of(tx, space_id, personal=False)),
}
