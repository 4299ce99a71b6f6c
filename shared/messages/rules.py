"""Who may write, how much, and until when a message can be taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from shared.kit.db import Row
from shared.kit.errors import Conflict, Forbidden, RateLimited

MOST_A_DAY = 20
"""Conversations that one person may begin in 24 hours."""
TAKES_BACK_FOR = timedelta(minutes=15)
FRAME_CHARACTERS = 2_000
"""Of a message's content that a frame carries, in or out: API Gateway's frames have 32 KB."""

_DAY = 24 * 3600


class Blocked(Forbidden):
    code = "BLOCKED"
    message = "This person does not receive messages from you."
    remedy = "Nothing can be done about it here: the other person decides."


class TooLateToTakeBack(Conflict):
    message = "A message can be taken back for 15 minutes."
    remedy = "Write another message that corrects it."


class AlreadyTakenBack(Conflict):
    message = "This message was taken back."


class AlreadyReported(Conflict):
    message = "You have reported this message."
    constraint = "message_reports_message_id_reporter_id_key"
    remedy = "Nothing is left to do: the report has been received."


def check_begins(is_new: bool, begun_today: int) -> None:
    """Raises RateLimited for whoever begins another conversation than a day allows."""
    if is_new and begun_today >= MOST_A_DAY:
        raise RateLimited(message="You can begin 20 conversations a day.", retry_after=_DAY)


def check_heard(participants: Sequence[Row], sender_id: UUID) -> None:
    """Raises Blocked if the only other participant, as in app.participants, has blocked the sender."""
    others = [one for one in participants if one["id"] != sender_id and not one["has_left"]]
    if len(others) == 1 and others[0]["has_blocked"]:
        raise Blocked()


def check_taken_back(sent_at: datetime, taken_back_at: datetime | None, now: datetime) -> None:
    """Raises AlreadyTakenBack, TooLateToTakeBack."""
    if taken_back_at is not None:
        raise AlreadyTakenBack()
    if now - sent_at > TAKES_BACK_FOR:
        raise TooLateToTakeBack()


def receiver_among(ids: Sequence[UUID], sender_id: UUID) -> UUID | None:
    """The one other participant; None where there are several."""
    others = [one for one in ids if one != sender_id]
    return others[0] if len(others) == 1 else None
