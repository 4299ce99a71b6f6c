"""What happens to payment plans, and whom it concerns."""

from shared.notifications.entries import BOTH, SPACE, News, day, money, plain
from shared.notifications.news.credits import AccountUpdated
from shared.organizations.roles import Right

RIGHT = Right.READ_MONEY
PAGE = "contracts"
PAGE_ID = "contract_id"
LIVE = AccountUpdated

_PLANNED = (SPACE, plain("status"), money("total_amount"), money("open_amount"), plain("contract_id"))

NEWS = {
    "plan.agreed": News(
        kind="payment_event",
        title="Payment Plan Agreed",
        owner="A payment plan for {total_amount} for {space} was agreed",
        client="You may pay {total_amount} for {space} by a payment plan",
        facts=_PLANNED,
        mails=("CLIENT",),
    ),
    "plan.broken": News(
        kind="payment_event",
        title="Payment Plan Broken",
        owner="What was due on {missed_on} under the payment plan for {space} did not come. {open_amount} is open",
        client="What was due on {missed_on} under your payment plan for {space} did not come. {open_amount} is open",
        facts=(*_PLANNED, day("missed_on")),
        mails=BOTH,
    ),
    "plan.cancelled": News(
        kind="payment_event",
        title="Payment Plan Cancelled",
        owner="The payment plan for {space} was cancelled. {open_amount} is outstanding",
        client="Your payment plan for {space} was cancelled. {open_amount} is outstanding",
        facts=_PLANNED,
        mails=("CLIENT",),
    ),
}
