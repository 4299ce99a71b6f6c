"""When money may be recorded, and what it settles."""

from datetime import date
from decimal import Decimal

from shared.kit.errors import Conflict, Detail, Invalid
from shared.payments.models import Payment, Recording


class AlreadyPaid(Conflict):
    message = "The payment is already settled."


class NotPayable(Conflict):
    message = "Nothing can be paid on this contract now."


class InvoiceMissing(Conflict):
    message = "No invoice has been issued for this payment yet."


class ReceiptMissing(Conflict):
    message = "Nothing has been paid on this payment yet."


PAYABLE_CONTRACTS = ("SIGNED", "ACTIVE", "EXPIRED")


def check_recording(payment: Payment, contract_status: str, today: date, recording: Recording) -> None:
    """Raises AlreadyPaid or NotPayable, or Invalid naming `currency` or `paid_date` (`today` at the building)."""
    wrong = []
    if recording.currency is not None and recording.currency != payment.currency:
        wrong.append(Detail("currency", f"must be {payment.currency}, the contract's currency"))
    if recording.paid_date > today:
        wrong.append(Detail("paid_date", f"must not be after {today.isoformat()}"))
    if wrong:
        raise Invalid(*wrong)
    if payment.status == "PAID":
        raise AlreadyPaid()
    if payment.status == "CANCELLED" or contract_status not in PAYABLE_CONTRACTS:
        raise NotPayable()


def settle(payment: Payment, amount: Decimal | None) -> tuple[Decimal, Decimal]:
    """What of `amount` (None: all that is open) settles the payment, and what is left over as credit."""
    still_open = payment.amount - payment.paid_amount
    paid = still_open if amount is None else amount
    settled = min(paid, still_open)
    return settled, paid - settled
