"""Report what needs maintenance.

A tenant reports about a space that their organization leases now, or about its building; the owner's side about any of
its buildings and spaces. The ticket gets the next number of the owner's organization and is due by its priority.
"""

from typing import Any

from shared.files.access import ask_attachments, attach
from shared.files.purposes import Purpose
from shared.files.rules import FileGone, FileNotReady
from shared.kit.db import Row, transaction
from shared.kit.endpoint import endpoint
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.maintenance import queries, rules
from shared.maintenance.access import visible_place
from shared.maintenance.answer import ticket_of_row
from shared.maintenance.models import NewTicket, Ticket
from shared.organizations.roles import Right, may


@endpoint(
    "POST /maintenance",
    access=may(Right.REPORT_MAINTENANCE),
    returns=201,
    writes=True,
    raises=(FileNotReady, FileGone),
)
def create_ticket(caller: Caller, new: NewTicket) -> Ticket:
    ticket_id = new_id()
    with transaction(caller) as tx:
        asked_files = ask_attachments(tx, caller, Purpose.TICKET_ATTACHMENT, new.attachments)
        asked_reporter = queries.ask_reporter(tx, caller)
        place = visible_place(tx, caller, new)
        file_ids = attach(tx, caller, "ticket", ticket_id, asked_files.answer())
        values = {
            **new.model_dump(include={"building_id", "space_id", "title", "description", "priority", "category"}),
            **_reported(caller, asked_reporter.answer(), place),
            "id": ticket_id,
            "user_id": caller.user_id,
            "due_at": rules.due_at(place["now"], new.priority, place["hours"]),
            "file_ids": file_ids,
        }
        row = queries.insert_ticket(tx, caller, values)
        queries.insert_history(tx, caller, row, rules.side_of(caller.role), "OPENED")
        ticket = ticket_of_row(row, caller)
        tx.emit("maintenance.created", ticket)
    return ticket


def _reported(caller: Caller, person: Row, place: Row) -> dict[str, Any]:
    """Who reports, about whose building. What the owner's side reports itself is answered already."""
    side = rules.side_of(caller.role)
    is_tenant = side == "CLIENT"
    return {
        "owner_organization_id": place["owner_organization_id"],
        "premises": place["premises"],
        "now": place["now"],
        "reporter": {"name": person["name"], "phone": person["phone"], "side": side},
        "client_organization_id": caller.organization_id if is_tenant else None,
        "client_id": caller.user_id if is_tenant else None,
        "client_party": {"name": person["name"], "organization": person["organization"]} if is_tenant else None,
        "replied_at": None if is_tenant else place["now"],
    }
