"""The rules of a profile, and the defaults of notification channels."""

from collections.abc import Mapping
from typing import Any

from shared.kit.errors import Conflict, Detail, Invalid
from shared.users.models import Certificate, Language, ProfileChanges

CHANNELS = {"email": True, "sms": False, "push": True}
"""The channels of a user who has chosen none."""

LANGUAGE: Language = "en"
"""The language in which somebody is told of things who has not said otherwise."""


ACCOUNT_DELETED = "ACCOUNT_DELETED"
"""Why a session was revoked: its user deleted the account."""

_OBLIGATIONS = {
    "contracts": "the organization has leases that are being signed or are in force",
    "bids": "the organization has made or received bids that are still open",
    "payments": "the organization has payments that are still open",
    "members": "the organization has other members, but none of them can manage it",
}


class ObligationsStand(Conflict):
    message = "Nobody else can take over your organization's open commitments."
    remedy = "Settle what is named in `details`, or first invite someone with the same role."


def check_obligations(stand: Mapping[str, bool], members: int) -> None:
    """Raises ObligationsStand, with one detail for each kind of obligation that somebody has to take over."""
    standing = {**stand, "members": members > 0}
    if any(standing.values()):
        raise ObligationsStand(*(Detail(name, why, "IN_USE") for name, why in _OBLIGATIONS.items() if standing[name]))


def check_certificates(certificates: list[Certificate]) -> None:
    """Raises Invalid with one detail for each certificate that ends before it begins."""
    wrong = [
        Detail(f"certifications.{number}.expiry_date", "must not be before the issue date")
        for number, certificate in enumerate(certificates)
        if certificate.issue_date and certificate.expiry_date and certificate.expiry_date < certificate.issue_date
    ]
    if wrong:
        raise Invalid(*wrong)


def chosen(changes: ProfileChanges) -> list[str]:
    """The channels for notifications that are given."""
    given = changes.notification_preferences
    if given is not None:
        return sorted(given.model_fields_set)
    return sorted(CHANNELS) if "notification_preferences" in changes.model_fields_set else []


def changed(before: dict[str, Any], changes: ProfileChanges) -> dict[str, Any]:
    """The profile's row after the change."""
    after = before | changes.model_dump(mode="json", include=changes.model_fields_set)
    chosen = changes.notification_preferences
    if chosen is not None:
        given = chosen.model_dump(exclude_unset=True)
        given = {name: CHANNELS[name] if value is None else value for name, value in given.items()}
        after["notification_preferences"] = before["notification_preferences"] | given
    nothing = {"skills": [], "certifications": [], "notification_preferences": CHANNELS, "language": LANGUAGE}
    return after | {name: after[name] or empty for name, empty in nothing.items()}
