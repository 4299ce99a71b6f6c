"""Add a support note.

SUPPORT or a SUPER_ADMIN adds a note about a user for their colleagues to read.
"""

from uuid import UUID

from shared.admin import queries
from shared.admin.models import NewNote, SupportNote
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "POST /admin/users/{user_id}/notes",
    access=may(Right.NOTE_ACCOUNTS),
    returns=201,
    writes=True,
)
def add_note(caller: Caller, user_id: UUID, new: NewNote) -> SupportNote:
    with transaction(caller) as tx:
        row = queries.insert_note(tx, caller, user_id, new.text)
        if row is None:
            raise NotFound()
        note = SupportNote.of(row)
        tx.emit("note.added", note)
    return note
