"""Whether both sides of a deal are named as their documents need it: legal name, address and country."""

from uuid import UUID

from shared.kit.countries import alpha2
from shared.kit.db import Asked, Row, Tx
from shared.kit.errors import Conflict, Detail

PARTY_INCOMPLETE = "PARTY_INCOMPLETE"

_SELECT = "SELECT p.owner, p.client, p.complete_parties FROM app.parties(%(owner)s, %(client)s) AS p"


class PartyIncomplete(Conflict):
    message = "The owner's organization requires complete details of both parties, and some are missing."
    remedy = "Complete what is named in `details` with `PUT /organizations/me`, each side its own, and try again."


def ask_for_missing(tx: Tx, owner_organization_id: UUID, client_organization_id: UUID) -> Asked[list[str]]:
    """What the two sides lack, as `owner.address`. The answer raises PartyIncomplete where the owner insists."""
    values = {"owner": owner_organization_id, "client": client_organization_id}
    return tx.later(_SELECT, values).then(lambda rows: _checked(rows[0]))


def warnings(missing: list[str]) -> list[str]:
    """The warnings of an answer that goes on all the same."""
    return [PARTY_INCOMPLETE] if missing else []


def _checked(row: Row) -> list[str]:
    missing = [f"{side}.{name}" for side in ("owner", "client") for name in _lacks(row[side])]
    if missing and row["complete_parties"]:
        raise PartyIncomplete(*(Detail(name, "is missing") for name in missing))
    return missing


def _lacks(party: Row) -> list[str]:
    address = party["address"] or {}
    has = {
        "legal_name": party["legal_name"],
        "address": address.get("street") and address.get("city"),
        "country": alpha2(address.get("country") or ""),
    }
    return [name for name, value in has.items() if not value]
