"""Conversations, messages, and what people report of them."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.files.models import Attachment
from shared.kit.fields import AskedCount, AskedFlag, AskedId, Body, FrameData, Id, Label, Reason, Text, View, refuse
from shared.kit.paging import Paged, PageMeta
from shared.messages.rules import FRAME_CHARACTERS

ContextType = Literal["SPACE", "BID", "CONTRACT", "TICKET"]
MessageStatus = Literal["SENT", "READ"]

Content = Annotated[Text, Field(min_length=1, max_length=10_000)]


def _each_once(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) != len(ids):
        raise refuse("must not name anything twice")
    return ids


Attachments = Annotated[list[Id], Field(max_length=5), AfterValidator(_each_once)]


class NewMessage(Body):
    """What to write in a conversation."""

    content: Content
    """Stored exactly as it is sent, and never interpreted."""
    subject: Label | None = None
    """A heading; that of the first message is the conversation's."""
    attachments: Attachments = []
    """IDs of the caller's uploads of the purpose MESSAGE_ATTACHMENT. Everybody in the conversation can open them."""


class FramedMessage(NewMessage):
    """What to write in a conversation over the socket. Longer messages go by POST."""

    content: Annotated[Text, Field(min_length=1, max_length=FRAME_CHARACTERS)]
    """Stored exactly as it is sent, and never interpreted."""


class DirectMessage(NewMessage):
    """What to write to one person."""

    receiver_id: Id
    """The user ID of the person."""


class AskedContext(Body):
    """What a conversation is about."""

    type: ContextType
    """What kind of object it is."""
    id: Id
    """The ID of the space, bid, contract or maintenance ticket."""


class NewConversation(NewMessage):
    """What to write about a space, bid, contract or maintenance ticket."""

    context: AskedContext
    """What the conversation is about."""
    participant_ids: Annotated[list[Id], Field(max_length=20), AfterValidator(_each_once)] = []
    """Others who take part, besides the caller and the person who stands for the other side: their user IDs."""


class ReadMark(Body):
    """How far the caller has read."""

    up_to_message_id: Id
    """The last message that they have read."""


class NewGuide(Body):
    """Who is to guide the client."""

    guide_id: Id
    """The user ID of an agent of the caller's organization."""


class NewReport(Body):
    """What is wrong with a message."""

    reason: Reason


class MessageSent(View):
    """A message that was written."""

    message_id: UUID
    conversation_id: UUID
    receiver_id: UUID | None
    """The user ID of the one other participant; null where there are several."""
    sent_at: datetime
    status: MessageStatus


class Message(View):
    """A message of a conversation."""

    id: UUID
    conversation_id: UUID
    sender_id: UUID
    """The user ID of whoever wrote it."""
    receiver_id: UUID | None
    """The user ID of the one other participant; null where there are several."""
    subject: str | None
    content: str | None
    """Null once its sender has taken it back."""
    attachments: list[Attachment]
    """Empty once its sender has taken it back."""
    status: MessageStatus
    """READ once everybody else in the conversation has read it."""
    is_admin_intervention: bool
    """Whether the platform's support wrote it."""
    sent_at: datetime
    read_at: datetime | None
    """When the last of the others read it; null before."""
    taken_back_at: datetime | None
    """When its sender took it back; null if they did not."""


class MessageList(View):
    """Messages of a conversation."""

    data: list[Message]
    meta: PageMeta


class Context(View):
    """What a conversation is about."""

    type: ContextType
    id: UUID
    """The ID of the space, bid, contract or maintenance ticket."""


class Participant(View):
    """Somebody who is, or was, in a conversation."""

    id: UUID
    name: str
    company: str | None
    profile_image: str | None
    """A link to their picture."""
    has_left: bool
    """Whether they have left the platform. Their messages stay."""


class LastMessage(View):
    """The newest message of a conversation."""

    id: UUID
    content: str | None
    """Null once its sender has taken it back."""
    sent_at: datetime
    sender_id: UUID
    """The user ID of whoever wrote it."""


class Conversation(View):
    """A conversation, as one of its participants sees it."""

    id: UUID
    participant: Participant | None
    """The one other participant; null where there are several."""
    participants: list[Participant]
    """Everybody in it, the reader too."""
    context: Context | None
    """What it is about; null between two people."""
    guide_id: UUID | None
    """The user ID of the agent who guides the client, one of the participants; null if nobody was assigned."""
    subject: str | None
    last_message: LastMessage | None
    """Null if the reader has blocked whoever wrote in it."""
    unread_count: int
    """How many messages of others the reader has not read."""
    updated_at: datetime


class ConversationList(View):
    """The caller's conversations, the newest first."""

    data: list[Conversation]
    meta: PageMeta


class ConversationWritten(View):
    """A conversation, whose `id` it has, in which somebody wrote or took back a message."""

    id: UUID
    message_id: UUID

    accounted: ClassVar[tuple[str, ...]] = ("message_id",)


class ConversationRead(View):
    """How far somebody has read a conversation, whose `id` it has."""

    id: UUID
    user_id: UUID
    up_to_message_id: UUID
    """The last message that they have read."""

    accounted: ClassVar[tuple[str, ...]] = ("user_id", "up_to_message_id")


class ConversationAssigned(View):
    """Who guides the client in a conversation, whose `id` it has."""

    id: UUID
    guide_id: UUID
    """The user ID of an agent of the owner's organization."""

    accounted: ClassVar[tuple[str, ...]] = ("guide_id",)


class ConversationUnread(View):
    """Somebody has not read a conversation, whose `id` it has, for 15 minutes."""

    id: UUID
    user_id: UUID
    unread: int

    accounted: ClassVar[tuple[str, ...]] = ("user_id", "unread")


class Block(View):
    """Somebody from whom the caller does not want to hear."""

    id: UUID
    """The user ID of whoever is blocked."""
    is_blocked: bool

    accounted: ClassVar[tuple[str, ...]] = ("is_blocked",)


class MessageReport(View):
    """A message that somebody reported."""

    id: UUID
    message_id: UUID
    conversation_id: UUID
    sender_id: UUID
    """The user ID of whoever wrote the message."""
    reporter_id: UUID
    """The user ID of whoever reported it."""
    reason: str
    content: str
    """The message as it was when it was reported."""
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("message_id", "conversation_id", "sender_id", "reporter_id")


class MessageReportList(View):
    """Reported messages, the newest first."""

    data: list[MessageReport]
    meta: PageMeta


class Reported(View):
    """A report that was taken."""

    id: UUID
    message_id: UUID

    accounted: ClassVar[tuple[str, ...]] = ("message_id",)


class ConversationFilter(Paged):
    """Which conversations to list."""

    limit: Annotated[AskedCount, Field(ge=1, le=100)] = 50
    """How many entries a page has at most."""
    unread: AskedFlag | None = None
    """`true` lists only conversations with unread messages, `false` only others."""
    context_type: ContextType | None = None
    """Only conversations about this kind of object."""
    context_id: AskedId | None = None
    """Only conversations about the object with this ID."""


class MessageFilter(Paged):
    """The newest first; or those after one of them in the order they were written, which is how to catch up."""

    limit: Annotated[AskedCount, Field(ge=1, le=100)] = 50
    """How many entries a page has at most."""
    after: AskedId | None = None
    """The ID of the last message that you have. Those after it are listed in the order in which they were written."""


class PersonFilter(Paged):
    """Which page of the messages with one person."""

    limit: Annotated[AskedCount, Field(ge=1, le=100)] = 50
    """How many entries a page has at most."""


class MessageNew(FrameData):
    """Somebody wrote in one of the user's conversations."""

    frame_name: ClassVar[str] = "message:new"
    message_id: UUID
    conversation_id: UUID
    sender_id: UUID
    """The user ID of whoever wrote it."""
    content: str | None
    """The first 2,000 characters; null if it has been taken back meanwhile."""
    truncated: bool
    """Whether `content` goes on."""
    attachments: list[Attachment]
    sent_at: datetime


class MessageTakenBack(FrameData):
    """Somebody took back a message of one of the user's conversations."""

    frame_name: ClassVar[str] = "message:taken_back"
    message_id: UUID
    conversation_id: UUID


class MessageRead(FrameData):
    """Somebody has read one of the user's conversations up to a message."""

    frame_name: ClassVar[str] = "message:read"
    conversation_id: UUID
    user_id: UUID
    up_to_message_id: UUID
    """The last message that they have read."""


class GuideAssigned(FrameData):
    """Somebody was assigned to guide the client in one of the user's conversations."""

    frame_name: ClassVar[str] = "conversation:assigned"
    conversation_id: UUID
    guide_id: UUID
    """The user ID of an agent of the owner's organization, who is in the conversation from now on."""
