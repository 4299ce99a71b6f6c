"""Ask for what is missing of a renewal's deposit.

When some of the deposit that a renewal is to take along is applied, the renewal asks for so much more.
"""

from uuid import UUID

from shared.contracts.queries import select_deal
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.maths.months import DAY
from shared.payments import carrying, deposits, queries
from shared.payments.installments import installments_of
from shared.terms.deal import schedule_of


@consumer("payment.deposit_applied", emits=False)
def top_up_deposit(event: Event, tx: Tx) -> None:
    renewal, held = deposits.lock_renewal(tx, UUID(event.data["contract_id"]))
    if renewal is None:
        return
    deal = select_deal(tx, renewal["id"])
    asked = [line for line in schedule_of(deal) if line.charge == "DEPOSIT"]
    lines = [carrying.missing(line, renewal["asked_amount"], held) for line in asked]
    # One payment a contract, charge and first day of its period.
    first = max(deal["today"], renewal["latest"] + DAY)
    due = max(deal["today"], deal["start_date"])
    missing = [line._replace(period_start=first, due_date=due) for line in lines if line]
    queries.insert_schedule(tx, renewal["id"], installments_of(missing))
