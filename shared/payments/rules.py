"""When money may be recorded, what it settles, and what a reversal reverses."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from shared.kit.errors import Conflict, Detail, Invalid
from shared.maths.currencies import exponent_of
from shared.maths.exact import rounded
from shared.payments.models import Applying, Payment, Recording, Returning


class AlreadyPaid(Conflict):
    message = "The payment is already settled."


class NotPayable(Conflict):
    message = "This contract does not accept payments now."


class NothingToReverse(Conflict):
    message = "No money has been recorded for this payment."


class InvoiceMissing(Conflict):
    message = "No invoice has been issued for this payment yet."


class ReceiptMissing(Conflict):
    message = "No money has been recorded for this payment, so there is no receipt."


class MoreThanInvoiced(Conflict):
    message = "The amount is larger than what is left of the invoice."
    remedy = "`GET /invoices` shows the amount of each invoice and what has been credited since."


class NotEndedYet(Conflict):
    message = "The deposit cannot be applied or returned before the lease has ended."


class NothingHeld(Conflict):
    message = "No deposit is held for this contract."


class MoreThanHeld(Conflict):
    message = "The amount is larger than the deposit that is still held."


class MoreThanOpen(Conflict):
    message = "The amount is larger than the contract's outstanding balance."


class DepositSettled(Conflict):
    message = "Part of the deposit was already applied or returned."


REMINDERS = (7, 3, 1)
"""So many days before a payment is due its payer is reminded."""

_INDEX_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}", re.ASCII)

PAYABLE_CONTRACTS = ("SIGNED", "ACTIVE", "EXPIRED")


def check_recording(payment: Payment, contract_status: str, today: date, recording: Recording) -> None:
    """Raises AlreadyPaid or NotPayable, or Invalid naming `currency`, `amount` or `paid_date` (`today` there)."""
    wrong = []
    if recording.currency is not None and recording.currency != payment.currency:
        wrong.append(Detail("currency", f"must be {payment.currency}, the contract's currency"))
    if recording.amount is not None and recording.amount % 1 and exponent_of(payment.currency) == 0:
        wrong.append(Detail("amount", f"must be a whole number: {payment.currency} has no decimals"))
    if recording.paid_date > today:
        wrong.append(Detail("paid_date", f"must not be after {today.isoformat()}"))
    if wrong:
        raise Invalid(*wrong)
    if payment.status == "PAID":
        raise AlreadyPaid()
    if payment.status == "CANCELLED" or contract_status not in PAYABLE_CONTRACTS:
        raise NotPayable()


def check_index_name(name: str) -> None:
    """Raises Invalid on `name`."""
    if not _INDEX_NAME.fullmatch(name):
        raise Invalid(
            Detail("name", "must be 1 to 64 letters, digits, spaces or . _ - and start with a letter or digit")
        )


def split(open_amount: Decimal, amount: Decimal | None) -> tuple[Decimal, Decimal]:
    """How much of `amount` (None: all that is open) settles a payment, and how much is left over as credit."""
    paid = open_amount if amount is None else amount
    settled = min(paid, open_amount)
    return settled, paid - settled


def check_returning(deposit: dict[str, Any], returning: Returning) -> Decimal:
    """How much is returned. Raises Invalid on `paid_date` or `amount`, NotEndedYet, NothingHeld, MoreThanHeld."""
    if returning.paid_date > deposit["today"]:
        raise Invalid(Detail("paid_date", f"must not be after {deposit['today'].isoformat()}"))
    held = _held(deposit, returning.amount)
    return returning.amount or held


def check_applying(deposit: dict[str, Any], applying: Applying) -> Decimal:
    """How much is applied to the balance. Raises Invalid on `amount`, NotEndedYet, NothingHeld, MoreThanHeld,
    MoreThanOpen."""
    held = _held(deposit, applying.amount)
    amount = applying.amount or min(held, deposit["open_amount"])
    if amount <= 0 or amount > deposit["open_amount"]:
        raise MoreThanOpen()
    return amount


def _held(deposit: dict[str, Any], amount: Decimal | None) -> Decimal:
    if amount is not None and amount % 1 and exponent_of(deposit["currency"]) == 0:
        raise Invalid(Detail("amount", f"must be a whole number: {deposit['currency']} has no decimals"))
    if deposit["status"] not in ("EXPIRED", "TERMINATED"):
        raise NotEndedYet()
    held: Decimal = deposit["received_amount"] - deposit["applied_amount"] - deposit["returned_amount"]
    if held <= 0:
        raise NothingHeld()
    if amount is not None and amount > held:
        raise MoreThanHeld()
    return held


@dataclass(frozen=True, slots=True)
class Part:
    """The part of an invoice that is credited: the net amount and the tax."""

    net: Decimal
    tax: Decimal


def part_of(invoice: dict[str, Any], amount: Decimal | None) -> Part:
    """The part of an invoice (`net_amount`, `tax_amount`, `credited_net`, `credited_tax`, `currency`) that `amount`,
    tax included, is; None is all that stands of it. Raises MoreThanInvoiced, Invalid on `amount`."""
    exponent = exponent_of(invoice["currency"])
    if amount is not None and amount % 1 and exponent == 0:
        raise Invalid(Detail("amount", f"must be a whole number: {invoice['currency']} has no decimals"))
    net = invoice["net_amount"] - invoice["credited_net"]
    tax = invoice["tax_amount"] - invoice["credited_tax"]
    if net + tax <= 0 or (amount is not None and amount > net + tax):
        raise MoreThanInvoiced()
    if amount is None or amount == net + tax:
        return Part(net, tax)
    of_tax = rounded(Fraction(amount) * Fraction(tax) / Fraction(net + tax), exponent)
    return Part(amount - of_tax, of_tax)


@dataclass(frozen=True, slots=True)
class Reversal:
    """The transactions to reverse, and why.

    Where the money had left credit (`leaves_credit_short`), what that credit has settled since is open again.
    """

    transaction_ids: tuple[UUID, ...]
    leaves_credit_short: bool
    reason: str


def reversal_of(standing: list[dict[str, Any]], reason: str) -> Reversal:
    """The reversal of the latest of the payment's transactions that stand (the latest first), and of the credit
    that came of the payment: what is over without the money is freed again. Raises NothingToReverse, DepositSettled."""
    if any(one["kind"].startswith("DEPOSIT_") for one in standing):
        raise DepositSettled()
    payments = [one for one in standing if one["kind"] == "PAYMENT"]
    if not payments:
        raise NothingToReverse()
    left = [one["id"] for one in standing if one["kind"] in ("CREDIT", "FREED")]
    return Reversal((payments[0]["id"], *left), leaves_credit_short=bool(left), reason=reason)
