"""The SQL of the public events: what each organization may know of, kept for 30 days."""

from typing import Any
from uuid import UUID

from shared.kit.catalog import STAFF
from shared.kit.db import Reading, Row, Tx
from shared.kit.request import Caller
from shared.organizations.roles import ROLES, Side
from shared.webhooks.audience import PLATFORM, Audience
from shared.webhooks.models import ChangeFilter

_SELECT_SEQ = "SELECT o.seq FROM outbox o WHERE o.id = %(event_id)s"

_INSERT = """
INSERT INTO public_events (id, organization_id, side, client_organization_id, webhook_id, name, payload)
VALUES (%(id)s, %(organization_id)s, %(side)s, %(client_organization_id)s, %(webhook_id)s, %(name)s, %(payload)s)
"""

# What a broker reads of a client ends with the mandate.
_READABLE = """
e.organization_id = %(organization_id)s AND e.webhook_id IS NULL AND e.created_at > now() - interval '30 days'
AND e.side = ANY (%(sides)s::text[])
AND (e.side <> 'BROKER' OR e.client_organization_id = ANY ((SELECT app.represented())::uuid[]))
"""

_SELECT_PLACE = f"SELECT e.transaction, e.seq FROM public_events e WHERE e.id = %(after)s::uuid AND {_READABLE}"

# Not beyond the oldest transaction that has not ended: it may still add an event before those that are there.
_SELECT_CHANGES = f"""
SELECT e.id, e.payload
FROM public_events e
WHERE {_READABLE}
  AND e.name = ANY (%(names)s::text[])
  AND (%(after)s::uuid IS NULL
       OR (e.transaction, e.seq) > (SELECT a.transaction, a.seq FROM public_events a WHERE a.id = %(after)s))
  AND e.transaction < (SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint)
ORDER BY e.transaction, e.seq
LIMIT %(limit)s
"""

_DELETE_OLD = """
DELETE FROM public_events e
WHERE e.id IN (SELECT o.id FROM public_events o WHERE o.created_at < now() - interval '30 days' LIMIT %(limit)s)
RETURNING e.id
"""

_SIDES = {
    Side.OWNER: ["OWNER", "MEMBER"],
    Side.CLIENT: ["CLIENT", "MEMBER"],
    Side.BROKER: ["CLIENT", "BROKER", "MEMBER"],
    Side.EITHER: ["OWNER", "CLIENT", "MEMBER"],
    Side.CONTRACTOR: ["MEMBER"],
    Side.EVERY: ["PLATFORM"],
}
"""The sides whose rows a role reads."""


def select_version(tx: Reading, event_id: UUID) -> int | None:
    """The place of an event of ours among all, which is the version of its object; None where it is forgotten."""
    row = tx.one(_SELECT_SEQ, {"event_id": event_id})
    return int(row["seq"]) if row else None


def insert_event(
    tx: Tx, event_id: UUID, audience: Audience, name: str, payload: str, webhook_id: UUID | None = None
) -> None:
    """Keep an event for its audience; with a webhook, for that one alone."""
    values: dict[str, Any] = {
        "id": event_id,
        "organization_id": audience.organization_id,
        "side": audience.side,
        "client_organization_id": audience.client_organization_id,
        "webhook_id": webhook_id,
        "name": name,
        "payload": payload,
    }
    tx.run(_INSERT, values)


def _reach(caller: Caller) -> dict[str, Any]:
    return {
        "organization_id": PLATFORM if caller.role in STAFF else caller.organization_id,
        "sides": _SIDES[ROLES[caller.role].side],
    }


def select_changes(
    tx: Reading, caller: Caller, asked: ChangeFilter, after: UUID | None, names: list[str]
) -> tuple[bool, list[Row]]:
    """Whether `after` is an event that the caller can read, and one event more than the page holds."""
    values = {**_reach(caller), "after": after, "names": names, "limit": asked.limit + 1}
    place, rows = tx.batch((_SELECT_PLACE, values), (_SELECT_CHANGES, values))
    return after is None or bool(place), rows


def delete_old(tx: Tx, limit: int) -> int:
    """Delete so many events that are older than 30 days, with their deliveries; how many there were."""
    return len(tx.all(_DELETE_OLD, {"limit": limit}))
