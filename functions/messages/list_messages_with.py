"""List the messages with one person.

The messages of every conversation that the caller and this person are both in, the newest first.
"""

from datetime import datetime
from uuid import UUID

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.messages import queries, written
from shared.messages.answer import message_of
from shared.messages.models import MessageList, PersonFilter


@endpoint("GET /messages/conversations/{user_id}", access=EVERY_ROLE)
def list_messages_with(caller: Caller, user_id: UUID, query: PersonFilter) -> MessageList:
    moment, message_id = query.key_before(datetime.fromisoformat, UUID)
    with reading(caller) as tx:
        shared = queries.select_shared(tx, user_id)
        if not shared:
            raise NotFound()
        participants = queries.select_participants(tx, shared)
        rows = written.select_messages_with(tx, caller, user_id, (moment, message_id), query.limit + 1)
    shown, meta = query.page(rows, "sent_at", "id")
    data = [message_of(row, participants[row["conversation_id"]]) for row in shown]
    return MessageList.of({"data": data, "meta": PageMeta.of(meta)})
