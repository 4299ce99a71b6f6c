"""When money may be recorded, what it settles, and what a reversal takes back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.kit.errors import Conflict, Detail, Invalid
from shared.payments.models import Payment, Recording
from shared.spaces.currencies import exponent_of


class AlreadyPaid(Conflict):
    message = "The payment is already settled."


class NotPayable(Conflict):
    message = "Nothing can be paid on this contract now."


class NothingToReverse(Conflict):
    message = "No money stands recorded on this payment."


class InvoiceMissing(Conflict):
    message = "No invoice has been issued for this payment yet."


class ReceiptMissing(Conflict):
    message = "Nothing has been paid on this payment yet."


REMINDERS = (7, 3, 1)
"""So many days before a payment is due its payer is reminded."""

PAYABLE_CONTRACTS = ("SIGNED", "ACTIVE", "EXPIRED")


def check_recording(payment: Payment, contract_status: str, today: date, recording: Recording) -> None:
    """Raises AlreadyPaid or NotPayable, or Invalid naming `currency`, `amount` or `paid_date` (`today` there)."""
    wrong = []
    if recording.currency is not None and recording.currency != payment.currency:
        wrong.append(Detail("currency", f"must be {payment.currency}, the contract's currency"))
    if recording.amount is not None and recording.amount % 1 and exponent_of(payment.currency) == 0:
        wrong.append(Detail("amount", f"must be whole: {payment.currency} has no decimals"))
    if recording.paid_date > today:
        wrong.append(Detail("paid_date", f"must not be after {today.isoformat()}"))
    if wrong:
        raise Invalid(*wrong)
    if payment.status == "PAID":
        raise AlreadyPaid()
    if payment.status == "CANCELLED" or contract_status not in PAYABLE_CONTRACTS:
        raise NotPayable()


def open_amount(payment: Payment) -> Decimal:
    """What is still to be paid, tax included."""
    return payment.amount + payment.tax_amount - payment.paid_amount


def settle(payment: Payment, amount: Decimal | None) -> tuple[Decimal, Decimal]:
    """What of `amount` (None: all that is open) settles the payment, and what is left over as credit."""
    still_open = open_amount(payment)
    paid = still_open if amount is None else amount
    settled = min(paid, still_open)
    return settled, paid - settled


@dataclass(frozen=True, slots=True)
class Reversal:
    """What is taken back: the transactions, how much of the payment they had settled, and why.

    `payment_method` is how the payment's last money came that still stands (None: none does).
    """

    transaction_ids: tuple[UUID, ...]
    taken_back: Decimal
    payment_method: str | None
    reason: str


def reversal_of(standing: list[dict[str, Any]], reason: str) -> Reversal:
    """The reversal of the latest of the payment's transactions that stand (the latest first), and of the credit
    that came with it: only the money that settles a payment leaves any. Raises NothingToReverse."""
    payments = [one for one in standing if one["kind"] == "PAYMENT"]
    if not payments:
        raise NothingToReverse()
    latest, *earlier = payments
    credits = [one["id"] for one in standing if one["kind"] == "CREDIT"]
    return Reversal(
        transaction_ids=(latest["id"], *credits),
        taken_back=latest["amount"],
        payment_method=earlier[0]["payment_method"] if earlier else None,
        reason=reason,
    )
