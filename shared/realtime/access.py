"""The only way from what happened to the sockets that hear of it: those of people, and those that follow a channel."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.kit.db import Reading, Row
from shared.kit.sessions import caller_from
from shared.realtime.channels import KINDS, Audience, Channel, may_hear

# The session decides, not the registry: a user who was suspended or logged out receives nothing more.
_SELECT_SOCKETS = """
SELECT c.user_id, c.connection_id
FROM connections c
CROSS JOIN LATERAL app.connection_caller(c.connection_id) AS caller
WHERE c.user_id = ANY(%(user_ids)s) AND caller.user_id = c.user_id
ORDER BY c.connected_at, c.connection_id
"""

_SELECT_FOLLOWERS = """
SELECT s.connection_id, caller.*
FROM channel_subscriptions s
CROSS JOIN LATERAL app.connection_caller(s.connection_id) AS caller
WHERE s.channel = %(channel)s
ORDER BY s.connection_id
"""

# Whoever opens one later finds what was announced among their notifications.
_SELECT_OPENED = """
SELECT c.connection_id
FROM connections c
CROSS JOIN LATERAL app.connection_caller(c.connection_id) AS caller
WHERE c.connection_id > %(after)s AND c.connected_at <= %(moment)s
ORDER BY c.connection_id
LIMIT %(limit)s
"""
_PAGE = 1_000


def live_sockets(tx: Reading, user_ids: list[UUID]) -> dict[UUID, list[str]]:
    """The connection ids of each user who has any."""
    return _by_user(tx.all(_SELECT_SOCKETS, {"user_ids": user_ids}))


def hearers(tx: Reading, user_ids: list[UUID], channel: Channel | None) -> tuple[dict[UUID, list[str]], list[str]]:
    """As live_sockets; and other users' sockets that follow the channel, if there is one and they may hear it."""
    if channel is None:
        return live_sockets(tx, user_ids), []
    sockets, *found = tx.batch((_SELECT_SOCKETS, {"user_ids": user_ids}), *_questions(channel))
    return _by_user(sockets), _allowed(channel, user_ids, *found)


def followers(tx: Reading, channel: Channel) -> list[str]:
    """The sockets that follow the channel, of those who may hear it."""
    return _allowed(channel, (), *tx.batch(*_questions(channel)))


def sockets_opened(tx: Reading, moment: datetime) -> Iterator[str]:
    """Everybody's sockets that were open at the moment and still are."""
    after = ""
    while True:
        rows = tx.all(_SELECT_OPENED, {"after": after, "moment": moment, "limit": _PAGE})
        yield from (row["connection_id"] for row in rows)
        if len(rows) < _PAGE:
            return
        after = rows[-1]["connection_id"]


def _questions(channel: Channel) -> list[tuple[str, dict[str, Any]]]:
    ids = {"ids": [channel.object_id]}
    return [(_SELECT_FOLLOWERS, {"channel": channel.name}), (KINDS[channel.kind].sql, ids)]


def _allowed(channel: Channel, told: Collection[UUID], following: list[Row], objects: list[Row]) -> list[str]:
    """Those whose users have not been `told` themselves."""
    audience = Audience(**{name: value for row in objects for name, value in row.items() if name != "id"})
    return [
        row["connection_id"]
        for row in following
        if row["user_id"] not in told and may_hear(caller_from(row, row["session_id"]), channel.kind, audience)
    ]


def _by_user(rows: list[Row]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        found[row["user_id"]].append(row["connection_id"])
    return found
