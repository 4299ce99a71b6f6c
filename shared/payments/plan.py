"""A payment plan, asked and answered, and when one can be agreed."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, field_validator

from shared.kit.errors import Conflict, Detail, Invalid
from shared.kit.fields import Body, Day, Id, PositiveMoney, Reason, View, refuse
from shared.maths.currencies import exponent_of
from shared.payments.rules import AlreadyPaid, NotPayable

PlanStatus = Literal["KEPT", "BROKEN", "CANCELLED"]


class PlanExists(Conflict):
    message = "One of the payments is in a payment plan that is being kept."
    remedy = "Cancel that plan first."


class PlanCancelled(Conflict):
    message = "The payment plan was already cancelled."


class PlannedInstallment(Body):
    """What is to be paid by a day."""

    due_date: Day
    amount: PositiveMoney


class Planning(Body):
    """Which payments are rescheduled, and what is paid when instead."""

    payment_ids: Annotated[list[Id], Field(min_length=1, max_length=100)]
    """Payments of the contract that are open."""
    installments: Annotated[list[PlannedInstallment], Field(min_length=1, max_length=120)]
    """By due date. Together they are what is open of the payments."""

    @field_validator("payment_ids")
    @classmethod
    def _each_once(cls, ids: list[UUID]) -> list[UUID]:
        if len(set(ids)) < len(ids):
            raise refuse("must not repeat a payment")
        return ids

    @field_validator("installments")
    @classmethod
    def _in_order(cls, installments: list[PlannedInstallment]) -> list[PlannedInstallment]:
        if any(one.due_date >= other.due_date for one, other in pairwise(installments)):
            raise refuse("must be in the order of their due dates, each another day")
        return installments


class CancellingPlan(Body):
    """Why a payment plan no longer holds."""

    reason: Reason
    """Both sides can read it."""


class PlanInstallment(View):
    """What is to be paid by a day."""

    due_date: Day
    amount: Decimal


class PaymentPlan(View):
    """Payments that are paid on other days than they were due. The payments, their invoices and their ages stay as they
    are. The plan is KEPT while the money received covers what was due by each date, and BROKEN from the day after one
    that it does not. For the time in which it is kept, neither late fees nor interest are charged."""

    id: UUID
    contract_id: UUID
    owner_organization_id: UUID
    client_organization_id: UUID
    status: PlanStatus
    payment_ids: list[UUID]
    installments: list[PlanInstallment]
    total_amount: Decimal
    """What was open of the payments when the plan was agreed."""
    open_amount: Decimal
    """What is open of them now."""
    currency: str
    started_on: date
    missed_on: date | None
    """The first due date that was missed."""
    cancelled_on: date | None
    cancel_reason: str | None
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "owner_organization_id",
        "client_organization_id",
        "status",
        "payment_ids",
        "total_amount",
        "open_amount",
        "currency",
        "missed_on",
        "cancelled_on",
    )


class PaymentPlanList(View):
    """A contract's payment plans, the newest first."""

    data: list[PaymentPlan]


def check_planning(planning: Planning, debts: Sequence[dict[str, Any]], account: dict[str, Any]) -> None:
    """Raises AlreadyPaid, NotPayable, PlanExists, Invalid on `payment_ids` or `installments`. `debts` are the
    contract's payments of those ids (`plans.lock_debts`)."""
    if len(debts) < len(planning.payment_ids):
        raise Invalid(Detail("payment_ids", "must be payments of this contract"))
    if not account["is_bound"]:
        raise NotPayable()
    if cancelled := _places(planning, debts, lambda one: one["status"] == "CANCELLED"):
        raise NotPayable(*(Detail(place, "was cancelled") for place in cancelled))
    if settled := _places(planning, debts, lambda one: one["open_amount"] <= 0):
        raise AlreadyPaid(*(Detail(place, "is settled") for place in settled))
    if planned := _places(planning, debts, lambda one: one["is_planned"]):
        raise PlanExists(*(Detail(place, "is in a plan that is being kept", "IN_USE") for place in planned))
    _check_installments(planning.installments, sum(one["open_amount"] for one in debts), account)


def _places(
    planning: Planning, debts: Sequence[dict[str, Any]], is_wrong: Callable[[dict[str, Any]], bool]
) -> list[str]:
    """Where the request names those of the debts."""
    wrong = {one["id"] for one in debts if is_wrong(one)}
    return [f"payment_ids.{at}" for at, payment_id in enumerate(planning.payment_ids) if payment_id in wrong]


def _check_installments(
    installments: Sequence[PlannedInstallment], open_amount: Decimal, account: dict[str, Any]
) -> None:
    currency, today = account["currency"], account["today"]
    if installments[0].due_date < today:
        first = f"must not be before {today.isoformat()}, the current day at the building ({account['timezone']})"
        raise Invalid(Detail("installments.0.due_date", first))
    unit = Decimal(1).scaleb(-exponent_of(currency))
    wrong = [at for at, one in enumerate(installments) if one.amount % unit]
    if wrong:
        whole = f"must be a whole number: {currency} has no decimals"
        raise Invalid(*(Detail(f"installments.{at}.amount", whole) for at in wrong))
    total = sum(one.amount for one in installments)
    if total != open_amount:
        raise Invalid(Detail("installments", f"add up to {total}; {open_amount} {currency} is open"))
