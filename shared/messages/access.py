"""The only way from an id that a caller sends to a conversation or a message."""

from uuid import UUID

from shared.kit.db import Reading, Row
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.messages import queries, written


def visible_conversation(tx: Reading, caller: Caller, conversation_id: UUID) -> Row:
    """A conversation that the caller is in; for staff, one of which a message was reported. Raises NotFound."""
    row = queries.select_conversation(tx, caller, conversation_id)
    if row is None:
        raise NotFound()
    return row


def visible_message(tx: Reading, caller: Caller, message_id: UUID) -> Row:
    """A message of a conversation that the caller is in. Raises NotFound."""
    row = written.select_message(tx, caller, message_id)
    if row is None:
        raise NotFound()
    return row
