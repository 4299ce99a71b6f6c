"""When a saga may continue with a deal, when it may still undo it, and when the end of a lease is announced."""

from shared.contracts.models import ContractState

ANNOUNCEMENTS = (180, 90, 60, 30)
"""So many days before the last day of a lease both sides are told that it ends."""


class DealEnded(Exception):
    """A side declined, the hold ended or the deal is void: the saga turns back. Step Functions matches this name."""


class PastUndo(Exception):
    """The contract is executed and in force: nothing may undo it but a person."""


def check_alive(contract: ContractState) -> None:
    """Raises DealEnded where the deal was cancelled."""
    if contract.termination_reason is not None or contract.status == "TERMINATED":
        raise DealEnded(str(contract.id))


def check_undoable(contract: ContractState) -> None:
    """Raises PastUndo where the contract is already in force."""
    if contract.status in ("SIGNED", "ACTIVE", "EXPIRED"):
        raise PastUndo(str(contract.id))
