"""What even an administrator cannot do."""

from shared.kit.errors import Conflict, Refusal, SessionEnded

ROLES_THAT_LOOK_AFTER = ("OWNER", "CLIENT", "BROKER")
"""The last user with such a role keeps it, if their organization has something to look after."""

SUSPENDED = "SUSPENDED"
"""Why a session was revoked: its user was suspended."""
SECOND_FACTOR_REMOVED = "SECOND_FACTOR_REMOVED"
"""Why a session was revoked: an administrator removed its user's second factor."""


class ActingOnOneself(Conflict):
    message = "You cannot change, suspend or restore your own account here."
    remedy = "Ask another administrator."


class NobodyLeft(Conflict):
    message = "The organization has members, buildings or deals, and nobody else with this role to manage them."


class SuspendedAlready(Conflict):
    message = "The account is already suspended."


class NotSuspended(Conflict):
    message = "The account is not suspended."


class NoSecondFactor(Conflict):
    message = "The account has no second factor."


def check_actor(is_administrator: bool, is_oneself: bool) -> None:
    """Raises SessionEnded if the caller is no longer an administrator; ActingOnOneself."""
    if not is_administrator:
        raise SessionEnded()
    if is_oneself:
        raise ActingOnOneself()


def check_role_change(before: str, after: str, peers: int, has_something: bool) -> None:
    """Raises NobodyLeft if the organization would lose the last user who can manage it."""
    if before in ROLES_THAT_LOOK_AFTER and after != before and has_something and not peers:
        raise NobodyLeft()


def check_status(before: str, expected: str, refusal: type[Refusal]) -> None:
    """Raises `refusal` if the account does not have the status that the change starts from."""
    if before != expected:
        raise refusal()
