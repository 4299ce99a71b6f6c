"""Write in a conversation.

Adds a message to a conversation that the caller is in. Messages are numbered as they are written: everybody reads them
in that order. Over the socket a message has at most 2,000 characters.
"""

from uuid import UUID

from shared.files.access import ask_attachments
from shared.files.purposes import Purpose
from shared.files.rules import FileNotReady
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.kit.socket import Socket
from shared.messages import queries, rules, written
from shared.messages.answer import sent_of
from shared.messages.models import ConversationWritten, FramedMessage, MessageSent, NewMessage


@endpoint(
    "POST /conversations/{conversation_id}/messages",
    access=EVERY_ROLE,
    returns=201,
    rate="bidding",
    writes=True,
    raises=(rules.Blocked, FileNotReady),
    socket=Socket(
        "message:send",
        answers="message:sent",
        fields={"message_id": "message_id", "conversation_id": "conversation_id", "sent_at": "sent_at"},
        body=FramedMessage,
    ),
)
def add_message(caller: Caller, conversation_id: UUID, new: NewMessage) -> MessageSent:
    with transaction(caller) as tx:
        asked_files = ask_attachments(tx, caller, Purpose.MESSAGE_ATTACHMENT, new.attachments)
        conversation, participants = queries.update_written(tx, caller, conversation_id)
        if conversation is None:
            raise NotFound()
        rules.check_heard(participants, caller.user_id)
        message_id = written.insert_message(tx, caller, conversation, new, asked_files.answer())
        tx.emit("conversation.written", ConversationWritten(id=conversation_id, message_id=message_id))
    receiver_id = rules.receiver_among([one["id"] for one in participants], caller.user_id)
    return sent_of(message_id, conversation, receiver_id)
