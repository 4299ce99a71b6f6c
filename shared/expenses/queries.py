"""The SQL of expenses."""

from typing import Any
from uuid import UUID

from shared.expenses.models import ExpenseCategory, NewCost
from shared.expenses.shown import SHOWN
from shared.kit.db import Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import spent, tending

_INSERT = """
INSERT INTO expenses (id, owner_organization_id, building_id, space_id, ticket_id, organization_id, category, supplier,
                      spent_on, amount, tax_amount, currency, receipt_id, created_by, updated_by)
VALUES (%(id)s, %(owner_organization_id)s, %(building_id)s, %(space_id)s, %(ticket_id)s, %(organization_id)s,
        %(category)s, %(supplier)s, %(date)s, %(amount)s, %(tax_amount)s, %(currency)s, %(receipt_id)s, %(by)s, %(by)s)
"""

_SELECT_ONE = f"{SHOWN} WHERE x.id = %(id)s AND x.deleted_at IS NULL AND {spent('x')}"


def insert_expense(
    tx: Tx, caller: Caller, place: Row, category: ExpenseCategory, new: NewCost, ticket_id: UUID | None = None
) -> Row:
    """The expense. `place` has its owner's `organization_id`, the `building_id` and the `space_id`."""
    values: dict[str, Any] = {
        **new.model_dump(),
        **tending(caller),
        "id": new_id(),
        "owner_organization_id": place["organization_id"],
        "building_id": place["building_id"],
        "space_id": place["space_id"],
        "ticket_id": ticket_id,
        "organization_id": caller.organization_id,
        "category": category,
        "tax_amount": new.tax_amount or 0,
        "by": caller.user_id,
    }
    tx.run(_INSERT, values)
    [row] = tx.all(_SELECT_ONE, values)
    return row
