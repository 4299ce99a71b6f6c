"""The SQL of subscriptions: which sockets follow which channels. They end with their socket."""

from collections.abc import Sequence
from uuid import UUID

from shared.kit.db import Reading, Tx
from shared.kit.request import Caller
from shared.kit.sessions import caller_from
from shared.realtime.channels import KINDS, Audience, Channel

# Of two messages on one socket, one counts after the other.
_LOCK_SOCKET = """
SELECT pg_advisory_xact_lock(hashtextextended('subscriptions ' || %(connection_id)s::text, 0)) IS NULL AS locked
"""

_SELECT_CALLER = "SELECT caller.* FROM app.connection_caller(%(connection_id)s) AS caller"

_SELECT_FOLLOWED = "SELECT s.channel FROM channel_subscriptions s WHERE s.connection_id = %(connection_id)s"

_INSERT_SUBSCRIPTIONS = """
INSERT INTO channel_subscriptions (connection_id, channel)
SELECT %(connection_id)s, name FROM unnest(%(channels)s::text[]) AS name
ON CONFLICT DO NOTHING
"""

_DELETE_SUBSCRIPTIONS = """
DELETE FROM channel_subscriptions s
WHERE s.connection_id = %(connection_id)s AND s.channel = ANY(%(channels)s::text[])
"""


def lock_socket(tx: Tx, connection_id: str) -> Caller | None:
    """Who is on the socket, whose subscriptions nobody else changes until the transaction ends; None if nobody is."""
    values = {"connection_id": connection_id}
    _, found = tx.batch((_LOCK_SOCKET, values), (_SELECT_CALLER, values))
    return caller_from(found[0], found[0]["session_id"]) if found else None


def select_audiences(
    tx: Reading, connection_id: str, channels: Sequence[Channel]
) -> tuple[dict[str, Audience], set[str]]:
    """The audience of each of the channels whose object exists, by the channel's name; and the names of those that the
    socket follows already."""
    ids: dict[str, list[UUID]] = {}
    for channel in channels:
        ids.setdefault(channel.kind, []).append(channel.object_id)
    followed, *found = tx.batch(
        (_SELECT_FOLLOWED, {"connection_id": connection_id}),
        *((KINDS[kind].sql, {"ids": objects}) for kind, objects in ids.items()),
    )
    audiences = {
        Channel(kind, row.pop("id")).name: Audience(**row)
        for kind, rows in zip(ids, found, strict=True)
        for row in rows
    }
    return audiences, {row["channel"] for row in followed}


def insert_subscriptions(tx: Tx, connection_id: str, names: Sequence[str]) -> None:
    """Queue that the socket follows the channels."""
    tx.run(_INSERT_SUBSCRIPTIONS, {"connection_id": connection_id, "channels": list(names)})


def delete_subscriptions(tx: Tx, connection_id: str, names: Sequence[str]) -> None:
    """Queue that the socket does not follow the channels."""
    tx.run(_DELETE_SUBSCRIPTIONS, {"connection_id": connection_id, "channels": list(names)})
