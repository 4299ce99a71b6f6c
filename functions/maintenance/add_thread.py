"""Write on a maintenance ticket.

The tenant, the owner's side and contractors write on a ticket that they see. Internal notes are for the owner's side
alone. What a contractor writes who was only asked for a quote is for the owner's side and themselves.
"""

from uuid import UUID

from shared.files.access import ask_attachments, attach
from shared.files.purposes import Purpose
from shared.files.rules import FileGone, FileNotReady
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Forbidden
from shared.kit.request import Caller
from shared.maintenance import queries
from shared.maintenance.access import visible_ticket
from shared.maintenance.models import NewThread, Thread, ThreadWritten
from shared.organizations.roles import Right, may


@endpoint(
    "POST /maintenance/{ticket_id}/threads",
    access=may(Right.HANDLE_MAINTENANCE),
    returns=201,
    rate="bidding",
    writes=True,
    raises=(FileNotReady, FileGone),
)
def add_thread(caller: Caller, ticket_id: UUID, new: NewThread) -> Thread:
    with transaction(caller) as tx:
        asked = ask_attachments(tx, caller, Purpose.TICKET_ATTACHMENT, new.attachments)
        ticket, side, is_at_work = visible_ticket(tx, caller, ticket_id)
        if new.internal and side != "OWNER":
            raise Forbidden()
        files = asked.answer()
        values = {
            "side": side,
            "message": new.message,
            "file_ids": [row["id"] for row in files],
            "is_internal": new.internal,
            "is_inquiry": not is_at_work,
        }
        thread_id = queries.insert_thread(tx, caller, ticket, values)
        attach(tx, caller, "ticket_thread", thread_id, files)
        if not new.internal and side != "CLIENT" and is_at_work:
            queries.update_replied(tx, ticket_id)
        name = "maintenance.noted" if new.internal else "maintenance.commented"
        written = {"id": ticket_id, "thread_id": thread_id, "status": ticket["status"], "internal": new.internal}
        tx.emit(name, ThreadWritten.of(written), is_inquiry=not is_at_work)
        row = queries.select_thread(tx, caller, ticket_id, thread_id)
    return Thread.of(row)
