"""When money may be recorded, what it settles, and what a reversal reverses."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from shared.kit.errors import Conflict, Detail, Invalid, NotFound
from shared.maths.currencies import exponent_of
from shared.maths.exact import ZERO, rounded
from shared.payments.models import Crediting, Payment, Recording
from shared.payments.moves import Applying, Refunding, Returning, Transferring, WritingOff


class AlreadyPaid(Conflict):
    message = "The payment is already settled."


class NotPayable(Conflict):
    message = "Nothing is owed: the payment was cancelled, or the deal ended before both sides had signed."


class WrittenOff(Conflict):
    message = "The payment was written off."
    remedy = "Reverse the write-off first."


class AmountAboveOpen(Conflict):
    message = "The amount is larger than all that the contract still asks for."
    remedy = "Send `allow_credit: true` to keep the rest as credit."


class ReferenceSeen(Conflict):
    message = "A payment with this transaction reference was already recorded for the contract."


class NothingToReverse(Conflict):
    message = "No recorded money is left of this payment that could be reversed."


class InvoiceMissing(Conflict):
    message = "No invoice has been issued for this payment yet."


class InvoicedElsewhere(Conflict):
    message = (
        "This payment has no invoice of the platform's: documents from before an import asked for it, or its credit."
    )
    remedy = "None is issued. The statement of the account shows it."


class ReceiptMissing(Conflict):
    message = "No money is recorded for this payment, or all of it was reversed, so there is no receipt."


class MoreThanInvoiced(Conflict):
    message = "The amount is larger than what is left of the invoice."
    remedy = "`GET /invoices` shows the amount of each invoice and what has been credited since."


class NotEndedYet(Conflict):
    message = "The deposit cannot be applied or returned before the lease has ended."


class DepositCarried(Conflict):
    message = "The lease is renewed, and the renewal takes the deposit along. It cannot be returned."
    remedy = "Apply it to the balance, or return what the renewal does not ask for once the renewal has started."


class NothingHeld(Conflict):
    message = "No deposit is held for this contract."


class MoreThanHeld(Conflict):
    message = "The amount is larger than the deposit that is still held."


class NothingOpen(Conflict):
    message = "Nothing is open on the contract, so the deposit has nothing to settle."


class MoreThanOpen(Conflict):
    message = "The amount is larger than the contract's outstanding balance."


class MoreThanOwed(Conflict):
    message = "The amount is larger than what is still open of the payment."


class NothingWrittenOff(Conflict):
    message = "Nothing of the payment is written off."


class AmountAboveCredit(Conflict):
    message = "The amount is larger than the contract's unapplied credit."


class RefundReversed(Conflict):
    message = "The refund was already reversed."


class TransferReversed(Conflict):
    message = "The transfer was already reversed."


class CreditSpent(Conflict):
    message = "The credit was spent: it was refunded, transferred, or settled a deposit that was used since."
    remedy = "Reverse that refund or transfer first."


class NotTheSameSides(Conflict):
    message = "Credit only moves between contracts of the same two sides and in the same currency."


class NotWaivable(Conflict):
    message = "Only late fees, interest and opening balances can be waived."
    remedy = "Issue a credit note for other charges."


DUE_SOON_DAYS = 3
"""So many days before a payment is due its payer is told."""

LATE_DAYS = 7
"""So many days after a payment was due its payer is reminded, if it is still overdue."""

_INDEX_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}", re.ASCII)


def check_recording(payment: Payment, contract: dict[str, Any], recording: Recording) -> None:
    """Raises AlreadyPaid, NotPayable, WrittenOff, ReferenceSeen or AmountAboveOpen, or Invalid naming `currency`,
    `amount` or `paid_date`. `contract` is as `queries.lock_payment` returns it."""
    wrong = []
    if recording.currency is not None and recording.currency != payment.currency:
        wrong.append(Detail("currency", f"must be {payment.currency}, the contract's currency"))
    wrong += _not_whole(payment.currency, recording.amount)
    wrong += wrong_days(contract, recording.paid_date)
    if wrong:
        raise Invalid(*wrong)
    if payment.status == "PAID":
        raise AlreadyPaid()
    if payment.status == "CANCELLED" and payment.written_off_amount:
        raise WrittenOff()
    # Nothing is owed for a month free of rent, either.
    if payment.status == "CANCELLED" or not contract["is_bound"] or contract["open_amount"] <= 0:
        raise NotPayable()
    if contract["is_seen"] and recording.unique_reference:
        raise ReferenceSeen(Detail("transaction_reference", "is that of money recorded before", "IN_USE"))
    most = contract["contract_open_amount"]
    if recording.amount is not None and recording.amount > most and not recording.allow_credit:
        raise AmountAboveOpen(_above(recording.amount, most, payment.currency, "is still asked for"))


def warnings(contract: dict[str, Any]) -> list[str]:
    """What whoever recorded money should look at: split transfers repeat a reference, and so do mistakes."""
    return ["REFERENCE_SEEN"] if contract["is_seen"] else []


def wrong_days(contract: dict[str, Any], paid_date: date) -> list[Detail]:
    """What is wrong with a day on which money came or went: after the building's `today`, or before `earliest`."""
    today, zone = contract["today"].isoformat(), contract["timezone"]
    if paid_date > contract["today"]:
        return [Detail("paid_date", f"must not be after {today}, the current day at the building ({zone})")]
    if paid_date < contract["earliest"]:
        first = contract["earliest"].isoformat()
        return [
            Detail(
                "paid_date",
                f"must not be before {first}, a year before the contract (today is {today} at the building, {zone})",
            )
        ]
    return []


def check_invoiceable(payment: Payment, contract: dict[str, Any]) -> None:
    """Raises NotPayable where nothing is owed that an invoice could ask for, InvoicedElsewhere."""
    if payment.status == "CANCELLED" or not contract["is_bound"] or not contract["is_asked_for"]:
        raise NotPayable()
    if contract["invoiced_elsewhere"]:
        raise InvoicedElsewhere()


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
    """How much is returned. Raises Invalid on `paid_date` or `amount`, DepositCarried, NotEndedYet, NothingHeld,
    MoreThanHeld."""
    if deposit["is_carried"]:
        raise DepositCarried()
    if returning.paid_date > deposit["today"]:
        raise Invalid(Detail("paid_date", f"must not be after {deposit['today'].isoformat()}"))
    held = _held(deposit, returning.amount)
    if returning.paid_date < deposit["moved_on"]:
        last = deposit["moved_on"].isoformat()
        raise Invalid(Detail("paid_date", f"must not be before {last}, when the deposit last changed"))
    return returning.amount or held


def check_applying(deposit: dict[str, Any], applying: Applying) -> Decimal:
    """How much is applied to the balance. Raises Invalid on `amount`, NotEndedYet, NothingHeld, MoreThanHeld,
    NothingOpen, MoreThanOpen."""
    held = _held(deposit, applying.amount)
    still_open: Decimal = deposit["open_amount"]
    if still_open <= 0:
        raise NothingOpen()
    amount = min(held, still_open) if applying.amount is None else applying.amount
    if amount > still_open:
        raise MoreThanOpen(_above(amount, still_open, deposit["currency"], "is open"))
    return amount


def _not_whole(currency: str, amount: Decimal | None) -> list[Detail]:
    if amount is not None and amount % 1 and exponent_of(currency) == 0:
        return [Detail("amount", f"must be a whole number: {currency} has no decimals")]
    return []


def _above(amount: Decimal | None, most: Decimal, currency: str, what: str) -> Detail:
    """“is 400.00; 250.00 USD is held”, or only what is held where no amount was asked for."""
    asked = "" if amount is None else f"is {amount}; "
    return Detail("amount", f"{asked}{most} {currency} {what}")


def _check(*wrong: Detail) -> None:
    if wrong:
        raise Invalid(*wrong)


def check_writing_off(payment: Payment, contract: dict[str, Any], writing_off: WritingOff | Crediting) -> Decimal:
    """How much is written off. Raises WrittenOff, NotPayable, AlreadyPaid, InvoiceMissing, MoreThanOwed, Invalid on
    `amount`."""
    _check(*_not_whole(payment.currency, writing_off.amount))
    if payment.status == "CANCELLED":
        raise WrittenOff() if payment.written_off_amount else NotPayable()
    if payment.status == "PAID":
        raise AlreadyPaid()
    if contract["invoice_id"] is None and not contract["invoiced_elsewhere"]:
        raise InvoiceMissing()
    still_open: Decimal = contract["open_amount"]
    amount = still_open if writing_off.amount is None else writing_off.amount
    if amount > still_open:
        raise MoreThanOwed(_above(amount, still_open, payment.currency, "is open"))
    return amount


def latest_write_off(standing: list[dict[str, Any]]) -> dict[str, Any]:
    """The latest of the payment's write-offs that stand (the latest transaction first). Raises NothingWrittenOff."""
    for one in standing:
        if one["kind"] == "WRITE_OFF":
            return one
    raise NothingWrittenOff()


def relieved_tax(payment: Payment, amount: Decimal) -> Decimal:
    """The share of tax in so much of a payment."""
    return share(payment.amount, payment.tax_amount, amount, exponent_of(payment.currency)).tax


def check_refunding(account: dict[str, Any], refunding: Refunding) -> None:
    """Raises AmountAboveCredit, Invalid on `amount` or `paid_date`."""
    _check(*_not_whole(account["currency"], refunding.amount), *wrong_days(account, refunding.paid_date))
    _check_credit(account, refunding.amount)
    if refunding.amount > account["credit_on"]:
        then = max(account["credit_on"], ZERO)
        raise Invalid(Detail("paid_date", f"is too early: only {then} {account['currency']} was credit on that day"))


def check_transferring(
    account: dict[str, Any], other: dict[str, Any] | None, transferring: Transferring
) -> dict[str, Any]:
    """The account to which credit may move. Raises NotFound, NotTheSameSides, NotPayable, AmountAboveCredit, Invalid on
    `amount` or `to_contract_id`."""
    if transferring.to_contract_id == account["contract_id"]:
        raise Invalid(Detail("to_contract_id", "must be another contract"))
    _check(*_not_whole(account["currency"], transferring.amount))
    if other is None:
        raise NotFound()
    if any(account[name] != other[name] for name in _SIDES):
        raise NotTheSameSides(Detail("to_contract_id", "is a contract of other sides, or in another currency"))
    if not other["is_bound"]:
        raise NotPayable(Detail("to_contract_id", "is a contract that never bound anybody"))
    _check_credit(account, transferring.amount)
    return other


_SIDES = ("owner_organization_id", "client_organization_id", "currency")


def _check_credit(account: dict[str, Any], amount: Decimal) -> None:
    if amount > account["credit"]:
        credit = max(account["credit"], Decimal(0))
        raise AmountAboveCredit(_above(amount, credit, account["currency"], "is credit that nothing invoiced needs"))


def _held(deposit: dict[str, Any], amount: Decimal | None) -> Decimal:
    _check(*_not_whole(deposit["currency"], amount))
    if deposit["status"] not in ("EXPIRED", "TERMINATED") and not deposit["is_carried"]:
        raise NotEndedYet()
    held: Decimal = deposit["held_amount"]
    if held <= 0:
        raise NothingHeld()
    if amount is not None and amount > held:
        raise MoreThanHeld(_above(amount, held, deposit["currency"], "is held"))
    return held


@dataclass(frozen=True, slots=True)
class Part:
    """The part of an invoice that is credited: the net amount and the tax."""

    net: Decimal
    tax: Decimal


def part_of(invoice: dict[str, Any], amount: Decimal | None) -> Part:
    """The part of an invoice (`net_amount`, `tax_amount`, `credited_net`, `credited_tax`,
    `written_off_amount`, `currency`) that `amount`,
    tax included, is; None is all that stands of it. Raises MoreThanInvoiced, Invalid on `amount`."""
    _check(*_not_whole(invoice["currency"], amount))
    net = invoice["net_amount"] - invoice["credited_net"]
    tax = invoice["tax_amount"] - invoice["credited_tax"]
    # What was written off is no longer owed: nothing of it can be credited.
    most = net + tax - invoice["written_off_amount"]
    if most <= 0 or (amount is not None and amount > most):
        left = max(most, Decimal(0))
        raise MoreThanInvoiced(_above(amount, left, invoice["currency"], "is left of the invoice"))
    return share(net, tax, most if amount is None else amount, exponent_of(invoice["currency"]))


def share(net: Decimal, tax: Decimal, amount: Decimal, exponent: int) -> Part:
    """What of `amount`, tax included, is without tax, and tax, as it is in the whole."""
    if amount == net + tax:
        return Part(net, tax)
    of_tax = rounded(Fraction(amount) * Fraction(tax) / Fraction(net + tax), exponent)
    return Part(amount - of_tax, of_tax)


@dataclass(frozen=True, slots=True)
class Reversal:
    """The transactions to reverse, and why.

    Where the money had left credit (`leaves_credit_short`), what that credit has settled since is open again. Of a
    deposit, `spent` has been applied, returned, or gone on to a renewal.
    """

    transaction_ids: tuple[UUID, ...]
    leaves_credit_short: bool
    reason: str
    spent: Decimal = Decimal(0)


def reversal_of(payment: Payment, contract: dict[str, Any], standing: list[dict[str, Any]], reason: str) -> Reversal:
    """The reversal of the latest money of the payment (of its transactions that stand, the latest first), of the credit
    that came with it, and of what was freed of the payment: what is over without the money is freed again. Raises
    NothingToReverse."""
    latest = next((one for one in standing if one["kind"] == "PAYMENT"), None)
    if latest is None:
        raise NothingToReverse()
    spent = max(latest["amount"] - contract["deposit_held"], Decimal(0)) if payment.charge == "DEPOSIT" else Decimal(0)
    later = standing[: standing.index(latest)]
    left = [one["id"] for one in later if one["kind"] == "CREDIT"]
    left += [one["id"] for one in standing if one["kind"] == "FREED"]
    return Reversal((latest["id"], *left), leaves_credit_short=bool(left), reason=reason, spent=spent)
