"""List support notes.

Lists the notes about a user, for SUPPORT and SUPER_ADMIN.
"""

from uuid import UUID

from shared.admin import queries
from shared.admin.models import SupportNote, SupportNoteList
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.paging import Paged, PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /admin/users/{user_id}/notes", access=may(Right.READ_ACCOUNTS))
def list_notes(caller: Caller, user_id: UUID, query: Paged) -> SupportNoteList:
    with reading(caller) as tx:
        rows = queries.select_notes(tx, user_id, query)
    if rows is None:
        raise NotFound()
    shown, meta = query.page(rows, "id")
    return SupportNoteList.of({"data": [SupportNote.of(row) for row in shown], "meta": PageMeta.of(meta)})
