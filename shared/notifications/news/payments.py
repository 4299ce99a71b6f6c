"""What happens to payments, their invoices and a contract's deposit, and whom it concerns."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Self
from uuid import UUID

from shared.kit.consumer import Event
from shared.notifications.entries import BOTH, SPACE, Data, News, NewsFrame, day, money, plain
from shared.organizations.roles import Right
from shared.payments.models import PaymentStatus


class PaymentDue(NewsFrame):
    """A payment is due in a few days. `amount` is what is still outstanding."""

    frame_name: ClassVar[str] = "payment:due"
    payment_id: UUID
    amount: Decimal
    """What is still outstanding, tax included, in the contract's currency."""
    due_date: date
    days_until_due: int

    @classmethod
    def told(cls, event: Event) -> Self:
        return cls.of(
            {
                "payment_id": event.object_id,
                "amount": event.data["open_amount"],
                "due_date": event.data["due_date"],
                "days_until_due": event.data["days_until_due"],
            }
        )


class PaymentUpdated(NewsFrame):
    """A payment has changed. Everyone on both sides who may see it receives this frame. If `updated_at` is later than
    that of your copy, retrieve the payment again."""

    frame_name: ClassVar[str] = "payment:updated"
    payment_id: UUID
    contract_id: UUID
    status: PaymentStatus
    updated_at: datetime

    @classmethod
    def told(cls, event: Event) -> Self:
        return cls.of(
            {
                "payment_id": event.object_id,
                "contract_id": event.data["contract_id"],
                "status": event.data["status"],
                "updated_at": event.occurred_at,
            }
        )


RIGHT = Right.READ_MONEY
PAGE = "payments"
LIVE = PaymentUpdated


def _sum(data: Data, *names: str) -> Decimal:
    return sum((Decimal(data.get(name) or 0) for name in names), Decimal(0))


def total_of(data: Data) -> Decimal:
    """What a payment asks for, with its tax."""
    return _sum(data, "amount", "tax_amount")


def open_of(data: Data) -> Decimal:
    """What of it is outstanding; below zero where more is settled than is owed."""
    return total_of(data) - _sum(data, "credited_amount", "written_off_amount", "paid_amount")


_OWED = (
    SPACE,
    plain("status"),
    plain("charge"),
    money("total_amount", total_of),
    money("paid_amount"),
    money("open_amount", open_of),
    day("due_date"),
)

NEWS = {
    "payment.recorded": News(
        kind="payment_event",
        title="Payment Recorded",
        owner="A payment for {space} was recorded: {paid_amount} of {total_amount}",
        client="Your payment for {space} was recorded: {paid_amount} of {total_amount}",
        facts=(*_OWED, money("received_amount"), money("credit_amount")),
        mails=BOTH,
    ),
    "payment.credited": News(
        kind="payment_event",
        title="Credit Note Issued",
        owner="A credit note of {credit_note_amount} was issued for {space}",
        client="A credit note of {credit_note_amount} was issued to you for {space}",
        facts=(*_OWED, money("credit_note_amount"), plain("credit_note_id"), plain("credit_note_number")),
        mails=("CLIENT",),
    ),
    "payment.credit_applied": News(
        kind="payment_event",
        title="Credit Applied",
        owner="Credit was applied to a payment for {space}. {open_amount} of {total_amount} is outstanding",
        client="Credit was applied to your payment for {space}. {open_amount} of {total_amount} is outstanding",
        facts=_OWED,
    ),
    "payment.deposit_applied": News(
        kind="payment_event",
        title="Deposit Applied",
        owner="{applied_amount} of the deposit for {space} was applied to the outstanding balance",
        client="{applied_amount} of your deposit for {space} was applied to the outstanding balance",
        facts=(*_OWED, money("applied_amount"), money("held_amount")),
    ),
    "payment.deposit_returned": News(
        kind="payment_event",
        title="Deposit Returned",
        owner="{returned_amount} of the deposit for {space} was returned",
        client="{returned_amount} of your deposit for {space} was returned",
        facts=(*_OWED, money("returned_amount"), money("held_amount")),
    ),
    "payment.reversed": News(
        kind="payment_event",
        title="Payment Reversed",
        owner="A payment for {space} was reversed. {open_amount} of {total_amount} is outstanding",
        client="Your payment for {space} was reversed. {open_amount} of {total_amount} is outstanding",
        facts=_OWED,
        mails=BOTH,
    ),
    "payment.invoiced": News(
        kind="payment_event",
        title="Invoice Issued",
        client="Your invoice of {total_amount} for {space} is ready. It is due on {due_date}",
        facts=(*_OWED, plain("invoice_id"), plain("invoice_number")),
        mails=BOTH,
    ),
    "payment.invoice_sent": News(
        kind="payment_event",
        title="Invoice Sent Again",
        client="Your invoice of {total_amount} for {space} was sent to you again. It is due on {due_date}",
        facts=(*_OWED, plain("invoice_id"), plain("invoice_number")),
        mails=("CLIENT",),
        # The invoice is what it was.
        changes=False,
    ),
    "payment.written_off": News(
        kind="payment_event",
        title="Debt Written Off",
        owner="{write_off_amount} of a payment for {space} was written off",
        facts=(*_OWED, money("write_off_amount")),
    ),
    "payment.write_off_reversed": News(
        kind="payment_event",
        title="Write-Off Reversed",
        owner="The write-off of {write_off_amount} for {space} was reversed. {open_amount} is outstanding",
        facts=(*_OWED, money("write_off_amount")),
    ),
    "payment.due_soon": News(
        kind="payment_event",
        title="Payment Due Soon",
        client="Your payment of {open_amount} for {space} is due on {due_date}",
        facts=(*_OWED, plain("days_until_due")),
        frames=(PaymentDue,),
        mails=("CLIENT",),
        # A reminder alone.
        changes=False,
    ),
    "payment.due": News(
        kind="payment_event",
        title="Payment Due",
        client="Your payment of {open_amount} for {space} is due on {due_date}",
        facts=_OWED,
    ),
    "payment.overdue": News(
        kind="payment_event",
        title="Payment Overdue",
        owner="A payment of {open_amount} for {space} was due on {due_date} and is overdue",
        client="Your payment of {open_amount} for {space} was due on {due_date} and is overdue",
        facts=_OWED,
        mails=BOTH,
    ),
    "payment.reminded": News(
        kind="payment_event",
        title="Payment Reminder",
        client="Your payment of {open_amount} for {space} was due on {due_date} and is still outstanding",
        facts=_OWED,
        mails=("CLIENT",),
        changes=False,
    ),
    # People read of these in contract.indexed and contract.termination_set.
    "payment.indexed": News(),
    "payment.shortened": News(),
    "payment.cancelled": News(),
}
