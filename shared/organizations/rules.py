"""Who may invite whom into an organization, who may be removed from it, and how long a mandate can last."""

from datetime import date

from shared.kit.catalog import STAFF, Role
from shared.kit.db import Row
from shared.kit.errors import Conflict, Detail, Invalid
from shared.organizations.accounts import checked
from shared.organizations.models import DEFAULT_HOURS, Acceptance, InvitedRole, OrganizationChanges
from shared.organizations.roles import ROLES, Right, may

ADMINISTRATORS = may(Right.KEEP_ORGANIZATION) - STAFF
"""The roles that manage their organization: each organization keeps at least one user with such a role."""

INVITATION_DAYS = 7
INVITATION_KEY = "invitation tokens"
"""The purpose of the derived key behind every invitation's token."""
REMOVED = "REMOVED_FROM_ORGANIZATION"
"""Why a session was revoked: its user was removed."""

_OWNERS_POLICIES = (
    "signature_provider",
    "requires_authorization",
    "complete_parties",
    "bank_accounts",
    "maintenance_hours",
)


def newcomer_of(acceptance: Acceptance) -> tuple[str, str]:
    """The name and the password of somebody who opens an account. Raises Invalid where one is missing."""
    missing = [name for name in ("name", "password") if getattr(acceptance, name) is None]
    if acceptance.name is None or acceptance.password is None:
        raise Invalid(*(Detail(name, "is required without an account", "REQUIRED") for name in missing))
    return acceptance.name, acceptance.password


class RemovingOneself(Conflict):
    message = "You cannot remove yourself from your organization."
    remedy = "Ask a colleague with the same role to do it."


class LastAdministrator(Conflict):
    message = "This member is the last one who can manage the organization."


class InvitationClosed(Conflict):
    message = "The invitation was accepted or revoked, or has expired."


class InvitedElsewhere(Conflict):
    message = "The invitation was sent to another e-mail address than yours, or yours is not verified."
    remedy = "Sign in with the account of that address, or verify it."


class MandateStands(Conflict):
    message = "This broker already has a mandate from your organization."
    constraint = "mandates_one_per_broker"
    remedy = "Revoke the current mandate before granting a new one."


class MandateEnded(Conflict):
    message = "The mandate was revoked or has expired."


def check_policies(role: Role, changes: OrganizationChanges) -> None:
    """Raises Invalid if an organization that is no owner chooses how leases are signed."""
    if role not in (Role.OWNER, Role.SUPER_ADMIN):
        given = [name for name in _OWNERS_POLICIES if name in changes.model_fields_set]
        if given:
            raise Invalid(*(Detail(name, "can only be set by owners") for name in given))


def changed(before: Row, changes: OrganizationChanges) -> tuple[Row, list[str]]:
    """The organization's row after the change, and the names of the changed fields. Raises Invalid if a bank account
    cannot be one."""
    after = before | changes.model_dump(include=changes.model_fields_set)
    after["bank_accounts"] = checked(changes.bank_accounts) if changes.bank_accounts else after["bank_accounts"] or []
    after["maintenance_hours"] = after["maintenance_hours"] or DEFAULT_HOURS
    return after, [name for name in after if after[name] != before[name]]


def check_invited(inviter: Role, invited: InvitedRole) -> None:
    """Raises Invalid on `role` if the inviter may not invite to it."""
    allowed = ROLES[inviter].invites
    if invited not in allowed:
        raise Invalid(Detail("role", f"must be one of {', '.join(sorted(allowed))}"))


def check_removable(role: str, is_oneself: bool, other_administrators: int) -> None:
    """Raises RemovingOneself; LastAdministrator if nobody else could manage the organization."""
    if is_oneself:
        raise RemovingOneself()
    if role in ADMINISTRATORS and not other_administrators:
        raise LastAdministrator()


def check_until(until: date | None, today: date) -> None:
    """Raises Invalid on `until` if it is before `today`."""
    if until is not None and until < today:
        raise Invalid(Detail("until", f"must not be before {today.isoformat()}"))
