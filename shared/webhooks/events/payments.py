"""The public events of payments."""

from collections.abc import Mapping
from typing import Any

from shared.organizations.roles import Right
from shared.webhooks.public import Public

RIGHT = Right.READ_MONEY
OBJECT = "GET /payments/{payment_id}"


def _is_paid(data: Mapping[str, Any]) -> bool:
    return data.get("status") == "PAID"


EVENTS = {
    "payment.due_soon": Public(says="The payment is due soon."),
    "payment.due": Public(says="The payment is due."),
    "payment.overdue": Public(says="The payment is overdue."),
    "payment.reminded": Public(says="The payer was reminded of the overdue payment."),
    "payment.recorded": Public(says="Money was recorded for the payment."),
    "payment.credit_applied": Public(says="Credit settled some or all of the payment."),
    "payment.succeeded": Public(
        says="The payment became PAID.", hears=("payment.recorded", "payment.credit_applied"), when=_is_paid
    ),
    "payment.reversed": Public(says="Money that was recorded was taken back: it bounced, or was a mistake."),
    "payment.credited": Public(says="A credit note reduced the payment."),
    "payment.indexed": Public(says="An index adjustment changed the payment."),
    "payment.taxed": Public(says="A new tax rate changed the payment."),
    "payment.deposit_applied": Public(says="Some or all of the deposit was applied to the outstanding balance."),
    "payment.deposit_returned": Public(says="Some or all of the deposit was returned."),
    "payment.shortened": Public(says="The payment was prorated to an early end."),
    "payment.cancelled": Public(says="The payment is no longer owed."),
    "payment.written_off": Public(says="What was open was written off."),
    "payment.write_off_reversed": Public(says="A write-off was taken back."),
}
