"""Where an organization's tenants pay: whether an account can be one, before somebody sends money to it."""

from collections.abc import Callable, Iterable, Sequence

from shared.kit.db import Row
from shared.kit.errors import Detail, Invalid
from shared.organizations.models import NewBankAccount


def checked(accounts: Sequence[NewBankAccount]) -> list[Row]:
    """The accounts as they are stored. Raises Invalid, with one detail per field that is wrong."""
    # Imported here, so that the catalog and every other change of an organization stay light.
    from stdnum import iban
    from stdnum.us import rtn

    wrong = [
        Detail(f"bank_accounts.{place}.{name}", told)
        for place, account in enumerate(accounts)
        for name, told in _faults(account, iban.is_valid, rtn.is_valid)
    ]
    if wrong:
        raise Invalid(*wrong)
    return [
        account.model_dump() | {"iban": iban.compact(account.iban) if account.iban else None} for account in accounts
    ]


def _faults(
    account: NewBankAccount, is_iban: Callable[[str], bool], is_routing_number: Callable[[str], bool]
) -> Iterable[tuple[str, str]]:
    if account.iban is None and account.account_number is None:
        yield "iban", "is required, or routing_number with account_number"
    if account.iban is not None:
        if account.account_number is not None:
            yield "account_number", "must not be given with an IBAN"
        if not is_iban(account.iban):
            yield "iban", "must be a valid IBAN"
    if (account.routing_number is None) != (account.account_number is None):
        yield ("account_number" if account.account_number is None else "routing_number"), "is required with the other"
    if account.routing_number is not None and not is_routing_number(account.routing_number):
        yield "routing_number", "must be a valid routing number (ABA)"


def payable_to(accounts: list[Row] | None, currency: str) -> list[Row]:
    """The accounts that take payments in `currency`."""
    return [account for account in accounts or [] if account["currency"] in (None, currency)]
