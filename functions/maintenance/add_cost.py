"""Write down what maintenance cost.

The owner's side, or the contractor who is assigned, adds an expense of the ticket's building. It is posted on its day,
or on the first day of the owner's first open month. A contractor sees the costs that they wrote down themselves.
"""

from uuid import UUID

from shared.expenses import queries as expenses
from shared.expenses.models import Expense, NewCost
from shared.expenses.rules import check_amounts
from shared.files.access import ask_receipt, attach
from shared.files.purposes import Purpose
from shared.files.rules import FileGone, FileNotReady
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Forbidden
from shared.kit.request import Caller
from shared.maintenance.access import visible_ticket
from shared.organizations.roles import Right, may


@endpoint(
    "POST /maintenance/{ticket_id}/costs",
    access=may(Right.ADD_MAINTENANCE_COSTS),
    returns=201,
    writes=True,
    raises=(FileNotReady, FileGone),
)
def add_cost(caller: Caller, ticket_id: UUID, new: NewCost) -> Expense:
    check_amounts(new.currency, amount=new.amount, tax_amount=new.tax_amount)
    with transaction(caller) as tx:
        asked = ask_receipt(tx, caller, Purpose.EXPENSE_RECEIPT, new.receipt_id)
        ticket, _, is_at_work = visible_ticket(tx, caller, ticket_id)
        if not is_at_work:
            raise Forbidden()
        files = asked.answer()
        expense = Expense.of(expenses.insert_expense(tx, caller, ticket, "REPAIRS", new, ticket_id))
        attach(tx, caller, "expense", expense.id, files)
        tx.emit("expense.created", expense)
    return expense
