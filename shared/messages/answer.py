"""Conversations and messages, as they are answered."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.kit.db import Row
from shared.messages.models import Context, Conversation, LastMessage, Message, MessageSent, Participant
from shared.messages.rules import receiver_among


def conversation_of(row: Row, participants: Sequence[Row], reader_id: UUID) -> Conversation:
    """A conversation as the reader sees it; `participants` as in app.participants."""
    people = [Participant.of({name: one[name] for name in Participant.model_fields}) for one in participants]
    other = receiver_among([one.id for one in people], reader_id)
    kind, object_id, last = row["context_type"], row["context_id"], row["last_message"]
    return Conversation.of(
        {
            "id": row["id"],
            "participant": next((one for one in people if one.id == other), None),
            "participants": people,
            "context": Context.of({"type": kind, "id": object_id}) if kind else None,
            "guide_id": row["guide_id"],
            "subject": row["subject"],
            "last_message": _last_of(last) if last else None,
            "unread_count": row["unread_count"],
            "updated_at": row["updated_at"],
        }
    )


def _last_of(found: Row) -> LastMessage:
    return LastMessage.of({**found, "sent_at": datetime.fromisoformat(found["sent_at"])})


def message_of(row: Row, participants: Sequence[Row]) -> Message:
    """A message of a conversation with these participants."""
    receiver = receiver_among([one["id"] for one in participants], row["sender_id"])
    return Message.of({name: row[name] for name in Message.model_fields if name in row} | {"receiver_id": receiver})


def sent_of(message_id: UUID, written: Row, receiver_id: UUID | None) -> MessageSent:
    """A message that has just been written; `written` is its conversation, as in queries.upsert_pair."""
    return MessageSent.of(
        {
            "message_id": message_id,
            "conversation_id": written["id"],
            "receiver_id": receiver_id,
            "sent_at": written["sent_at"],
            "status": "SENT",
        }
    )
