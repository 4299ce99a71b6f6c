"""What ends a debt, or moves a contract's credit or its deposit, asked and answered."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from shared.kit.fields import Body, Day, Flag, Id, Label, PositiveMoney, Reason, View
from shared.payments.models import PaymentMethod


class Returning(Body):
    """How much of a deposit to return, and how. Without an amount, all that is held."""

    paid_date: Day
    """The day on which the money was returned."""
    payment_method: PaymentMethod
    transaction_reference: Label | None = None
    amount: PositiveMoney | None = None
    """By default all that is held."""


class Applying(Body):
    """How much of a deposit to apply to the outstanding balance. Without an amount, as much as both allow."""

    amount: PositiveMoney | None = None
    """By default as much as the deposit and the balance allow."""
    reason: Reason


class Deposit(View):
    """A contract's deposit: the amounts received, applied, returned and still held by the owner."""

    contract_id: UUID
    payment_id: UUID
    currency: str
    received_amount: Decimal
    transferred_amount: Decimal
    """What came from the lease that the contract renews, less what went on to its own renewal."""
    applied_amount: Decimal
    returned_amount: Decimal
    held_amount: Decimal


class WritingOff(Body):
    """How much of a payment to write off, tax included, and why. Without an amount, all that is open of it."""

    amount: PositiveMoney | None = None
    """Tax included. By default all that is open of the payment."""
    reason: Reason
    relieve_tax: Flag = False
    """Whether the tax in the amount is reclaimed."""


class Refunding(Body):
    """How much credit was paid back to the client, and how."""

    amount: PositiveMoney
    paid_date: Day
    """The day on which the money was paid back; not in the future."""
    payment_method: PaymentMethod
    transaction_reference: Label | None = None


class Transferring(Body):
    """How much credit to move, and to which contract."""

    to_contract_id: Id
    """A contract of the same two sides and in the same currency."""
    amount: PositiveMoney


class Refund(View):
    """Credit that was paid back to the client. `unapplied_credit` is what the contract has left."""

    id: UUID
    contract_id: UUID
    owner_organization_id: UUID
    client_organization_id: UUID
    amount: Decimal
    currency: str
    paid_date: date
    """The day on which the money was paid back."""
    payment_method: str
    transaction_reference: str | None
    is_reversed: bool
    unapplied_credit: Decimal

    accounted: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "owner_organization_id",
        "client_organization_id",
        "amount",
        "currency",
        "paid_date",
        "is_reversed",
    )


class RefundDue(View):
    """Credit that is to be paid back to the client, because the contract ends early; `id` is the contract's."""

    id: UUID
    contract_id: UUID
    owner_organization_id: UUID
    client_organization_id: UUID
    amount: Decimal
    currency: str

    accounted: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "owner_organization_id",
        "client_organization_id",
        "amount",
        "currency",
    )


class DepositCarried(View):
    """A deposit that went on to a renewal, and what of it can be returned; `id` is the renewal's."""

    id: UUID
    contract_id: UUID
    from_contract_id: UUID
    owner_organization_id: UUID
    client_organization_id: UUID
    amount: Decimal
    refundable_amount: Decimal
    currency: str

    accounted: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "from_contract_id",
        "owner_organization_id",
        "client_organization_id",
        "amount",
        "refundable_amount",
        "currency",
    )


class CreditTransfer(View):
    """Credit that moved to another contract. `unapplied_credit` is what the first has left."""

    id: UUID
    contract_id: UUID
    to_contract_id: UUID
    owner_organization_id: UUID
    client_organization_id: UUID
    amount: Decimal
    currency: str
    paid_date: date
    """The day on which the credit moved."""
    is_reversed: bool
    unapplied_credit: Decimal

    accounted: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "to_contract_id",
        "owner_organization_id",
        "client_organization_id",
        "amount",
        "currency",
        "is_reversed",
    )
