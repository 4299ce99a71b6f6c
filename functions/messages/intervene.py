"""Intervene in a conversation.

SUPPORT or a SUPER_ADMIN writes in a conversation without taking part in it. Everybody in it sees that the message comes
from the platform.
"""

from uuid import UUID

from shared.files.access import ask_attachments
from shared.files.purposes import Purpose
from shared.files.rules import FileNotReady
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.messages import queries, rules, written
from shared.messages.answer import sent_of
from shared.messages.models import ConversationWritten, MessageSent, NewMessage
from shared.organizations.roles import Right, may


@endpoint(
    "POST /conversations/{conversation_id}/intervene",
    access=may(Right.MODERATE),
    returns=201,
    writes=True,
    raises=(FileNotReady,),
)
def intervene(caller: Caller, conversation_id: UUID, new: NewMessage) -> MessageSent:
    with transaction(caller) as tx:
        asked_files = ask_attachments(tx, caller, Purpose.MESSAGE_ATTACHMENT, new.attachments)
        conversation, participants = queries.update_intervened(tx, conversation_id)
        if conversation is None:
            raise NotFound()
        message_id = written.insert_message(tx, caller, conversation, new, asked_files.answer(), intervenes=True)
        tx.emit("conversation.written", ConversationWritten(id=conversation_id, message_id=message_id))
    receiver_id = rules.receiver_among([one["id"] for one in participants], caller.user_id)
    return sent_of(message_id, conversation, receiver_id)
