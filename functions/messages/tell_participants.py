"""Tell people what happens in their conversations.

Each open socket of everybody who is in a conversation hears of a new message, of one that was taken back, of how far
somebody has read, and of an agent who was assigned, in the order in which it happened. Frames are queued last and
before the commit, as in functions/notifications/notify_people.py.
"""

from uuid import UUID

from shared.kit.consumer import Event, consumer
from shared.kit.db import Asked, Row, Tx, known
from shared.kit.fields import FrameData
from shared.messages import queries, written
from shared.messages.models import GuideAssigned, MessageNew, MessageRead, MessageTakenBack
from shared.messages.rules import FRAME_CHARACTERS
from shared.realtime.access import live_sockets
from shared.realtime.messages import Frame, send_frames


@consumer(
    "conversation.written",
    "conversation.shortened",
    "conversation.read",
    "conversation.assigned",
    tells=(MessageNew, MessageTakenBack, MessageRead, GuideAssigned),
    ordered=True,
    emits=False,
    uses=("push.send",),
)
def tell_participants(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101 (conversations have ids)
    asked = _ask_frame(event, event.object_id, tx)
    hearers = queries.select_hearers(tx, event.object_id, event.actor)
    frame = asked.answer()
    sockets = live_sockets(tx, hearers)
    frames = [Frame(socket, frame) for user_id in hearers for socket in sockets.get(user_id, ())]
    send_frames(event.id, frames, event.correlation_id)


def _ask_frame(event: Event, conversation_id: UUID, tx: Tx) -> Asked[FrameData]:
    if event.name == "conversation.read":
        read = MessageRead(
            conversation_id=conversation_id,
            user_id=UUID(event.data["user_id"]),
            up_to_message_id=UUID(event.data["up_to_message_id"]),
        )
        return known(read)
    if event.name == "conversation.assigned":
        return known(GuideAssigned(conversation_id=conversation_id, guide_id=UUID(event.data["guide_id"])))
    message_id = UUID(event.data["message_id"])
    if event.name == "conversation.shortened":
        return known(MessageTakenBack(message_id=message_id, conversation_id=conversation_id))
    return written.ask_told(tx, message_id).then(_new_of)


def _new_of(message: Row) -> FrameData:
    content = message["content"]
    shown = content and content[:FRAME_CHARACTERS]
    return MessageNew.of({**message, "content": shown, "truncated": shown != content})
