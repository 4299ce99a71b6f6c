"""The SQL of notifications."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.kit.consumer import Event
from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.notifications.models import Deal, Notice, NotificationFilter, Person

_COLUMNS = """
    n.id, n.type, n.title, n.message, n.event,
    CASE WHEN n.subject_id IS NOT NULL
         THEN jsonb_build_object('type', n.subject_type, 'id', n.subject_id) END AS subject,
    n.actor, n.params, n.metadata, n.is_read, n.read_at, n.created_at
"""

_SELECT_NEWEST = f"""
SELECT {_COLUMNS}
FROM notifications n
WHERE n.user_id = %(user_id)s
  AND (%(unread)s::boolean IS NULL OR n.is_read <> %(unread)s)
  AND (%(before)s::uuid IS NULL OR n.id < %(before)s)
ORDER BY n.id DESC
LIMIT %(limit)s
"""

_SELECT_AFTER = f"""
SELECT {_COLUMNS}
FROM notifications n
WHERE n.user_id = %(user_id)s
  AND (%(unread)s::boolean IS NULL OR n.is_read <> %(unread)s)
  AND n.id > %(after)s::uuid
ORDER BY n.id
LIMIT %(limit)s
"""

_UPDATE_READ = """
UPDATE notifications SET is_read = true, read_at = now()
WHERE id = %(notification_id)s AND user_id = %(user_id)s AND NOT is_read
RETURNING id
"""

_UPDATE_UNREAD = """
UPDATE notifications SET is_read = false, read_at = NULL
WHERE id = %(notification_id)s AND user_id = %(user_id)s AND is_read
RETURNING id
"""

_COUNT_UNREAD = "SELECT count(*) AS unread FROM notifications n WHERE n.user_id = %(user_id)s AND NOT n.is_read"

_SELECT_ONE = f"""
SELECT {_COLUMNS}
FROM notifications n
WHERE n.id = %(notification_id)s AND n.user_id = %(user_id)s
"""

_UPDATE_ALL_READ = """
UPDATE notifications SET is_read = true, read_at = now()
WHERE user_id = %(user_id)s AND NOT is_read
RETURNING id
"""

# The broker who acts for the client in this deal, as long as the mandate is valid.
_BROKER = """(
    SELECT b.broker_id
    FROM bids b
    JOIN mandates m ON m.broker_id = b.broker_id AND m.client_organization_id = b.client_organization_id
    WHERE b.id = coalesce(%(bid_id)s::uuid, (SELECT c.bid_id FROM contracts c WHERE c.id = %(contract_id)s::uuid))
      AND m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until >= app.today('UTC'))
)"""

# Ids ascend with time. One writer at a time for an organization, and ids made under its lock: nothing can
# appear before an id that somebody has seen already, so catching up with `after` misses nothing.
_LOCK_ORGANIZATIONS = f"""
SELECT pg_advisory_xact_lock(hashtextextended('notifications ' || organization.id, 0))
FROM (
    SELECT unnest(%(organization_ids)s::text[]) AS id
    UNION
    SELECT u.organization_id::text FROM users u WHERE u.id = {_BROKER}
    ORDER BY id
) AS organization
"""

# For the other side it is the organization that declines.
_DECLINED_BY = """
CASE WHEN c.declined IS NULL THEN NULL
     ELSE coalesce(CASE c.declined ->> 'side' WHEN 'OWNER' THEN c.owner_party ->> 'legal_name'
                                              WHEN 'CLIENT' THEN c.client_party ->> 'legal_name' END, 'DocuSign') END
"""

# A user who acts for neither side, such as an administrator, acts for the platform.
_SELECT_DEAL = f"""
SELECT s.name AS space, deal.currency,
       coalesce(o.legal_name, o.name) AS owner, coalesce(c.legal_name, c.name) AS client, actor.name AS actor_name,
       CASE WHEN actor.organization_id = o.id THEN 'OWNER'
            WHEN actor.organization_id = c.id OR actor.id = deal.broker_id THEN 'CLIENT' END AS actor_side,
       -- The release before this one does not write down who declined.
       coalesce(deal.declined_by, CASE actor.organization_id WHEN o.id THEN coalesce(o.legal_name, o.name)
                                                             ELSE coalesce(c.legal_name, c.name) END) AS declined_by,
       coalesce(deal.reason, '') AS reason
FROM (
    SELECT b.space_id, b.currency, b.broker_id, NULL AS declined_by, NULL AS reason
    FROM bids b WHERE b.id = %(bid_id)s
    UNION ALL
    SELECT c.space_id, c.currency, b.broker_id, {_DECLINED_BY}, c.termination_reason
    FROM contracts c
    LEFT JOIN bids b ON b.id = c.bid_id
    WHERE c.id = %(contract_id)s
) AS deal
JOIN spaces s ON s.id = deal.space_id
JOIN organizations o ON o.id = %(owner_organization_id)s
JOIN organizations c ON c.id = %(client_organization_id)s
LEFT JOIN users actor ON actor.id = %(actor)s
"""

_SELECT_PEOPLE = f"""
SELECT u.id, u.role, u.language, u.preferences, n.kinds,
       CASE WHEN u.organization_id = %(owner_organization_id)s THEN 'OWNER' ELSE 'CLIENT' END AS side
FROM users u
LEFT JOIN notification_choices n ON n.user_id = u.id
WHERE (u.organization_id = ANY(%(organization_ids)s::uuid[]) OR u.id = {_BROKER})
  AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
ORDER BY u.id
"""

_INSERT_NOTIFICATIONS = """
INSERT INTO notifications (id, user_id, event_id, type, title, message, metadata, event, subject_type, subject_id,
                           actor, params)
SELECT n.id, n.user_id, %(event_id)s, n.type, n.title, n.message, n.metadata, n.event, n.subject ->> 'type',
       (n.subject ->> 'id')::uuid, nullif(n.actor, 'null'), n.params
FROM jsonb_to_recordset(%(notices)s)
     AS n (id uuid, user_id uuid, type text, title text, message text, metadata jsonb, event text, subject jsonb,
           actor jsonb, params jsonb)
ON CONFLICT (user_id, event_id, type) DO NOTHING
RETURNING id
"""

# What of a searcher is told, and how they want to be told.
_SEARCHER = """
       u.id AS user_id, u.id, u.organization_id::text AS organization_id, u.role, u.name, u.email, u.language,
       u.preferences, n.kinds, n.quiet_hours, n.digest, app.now() AS now, b.name AS building, sp.name AS space
"""

_CLAIM_MATCHES = f"""
SELECT m.saved_search_id, m.search, {_SEARCHER}
FROM app.claim_matches(%(space_id)s) AS m
JOIN users u ON u.id = m.user_id
LEFT JOIN notification_choices n ON n.user_id = u.id
JOIN spaces sp ON sp.id = %(space_id)s
JOIN buildings b ON b.id = sp.building_id
ORDER BY m.saved_search_id
"""

_SELECT_MATCHES = f"""
SELECT m.saved_search_id, s.name AS search, {_SEARCHER}
FROM saved_search_matches m
JOIN saved_searches s ON s.id = m.saved_search_id
JOIN users u ON u.id = s.user_id
LEFT JOIN notification_choices n ON n.user_id = u.id
JOIN spaces sp ON sp.id = m.space_id
JOIN buildings b ON b.id = sp.building_id
WHERE m.space_id = %(space_id)s AND sp.is_leasable AND sp.deleted_at IS NULL
  AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
ORDER BY m.saved_search_id
"""

# It may be taken again by now, or may have passed on to another lease.
_DELETE_MATCHES = """
DELETE FROM saved_search_matches m
USING spaces s
WHERE m.space_id = %(space_id)s AND s.id = m.space_id AND s.availability_status = 'AVAILABLE'
RETURNING m.saved_search_id
"""

_SELECT_FREE = "SELECT s.id FROM spaces s WHERE s.id = %(space_id)s AND s.availability_status = 'AVAILABLE'"


def select_notifications(tx: Reading, person: Caller, query: NotificationFilter) -> tuple[list[Row], int]:
    """One row more than the page holds, and how many notifications are unread in all."""
    (seen,) = query.key_before(UUID)
    values: dict[str, Any] = {"user_id": person.user_id, "unread": query.unread, "limit": query.limit + 1}
    page = (_SELECT_NEWEST, {**values, "before": seen})
    if query.after is not None:
        page = (_SELECT_AFTER, {**values, "after": seen or query.after})
    rows, [count] = tx.batch(page, (_COUNT_UNREAD, values))
    return rows, count["unread"]


def count_unread(tx: Reading, person: Caller) -> int:
    """How many of the person's notifications are unread."""
    [row] = tx.all(_COUNT_UNREAD, {"user_id": person.user_id})
    return int(row["unread"])


def update_read(tx: Tx, person: Caller, notification_id: UUID) -> tuple[Row | None, bool]:
    """The person's notification, marked as read, and whether that changed it."""
    return _marked(tx, _UPDATE_READ, person, notification_id)


def update_unread(tx: Tx, person: Caller, notification_id: UUID) -> tuple[Row | None, bool]:
    """The person's notification, marked as unread, and whether that changed it."""
    return _marked(tx, _UPDATE_UNREAD, person, notification_id)


def _marked(tx: Tx, update: str, person: Caller, notification_id: UUID) -> tuple[Row | None, bool]:
    values = {"user_id": person.user_id, "notification_id": notification_id}
    changed, found = tx.batch((update, values), (_SELECT_ONE, values))
    return (found[0] if found else None), bool(changed)


def update_all_read(tx: Tx, person: Caller) -> int:
    """How many of the person's notifications have been marked as read."""
    return len(tx.all(_UPDATE_ALL_READ, {"user_id": person.user_id}))


def select_concerned(tx: Tx, event: Event) -> tuple[Deal, list[Person]]:
    """What the event's deal is about, and everybody of both sides with the client's broker. Others who notify these
    people wait until this transaction ends."""
    values = {
        **_deal(event),
        "owner_organization_id": event.data["owner_organization_id"],
        "client_organization_id": event.data["client_organization_id"],
        "organization_ids": [event.data["owner_organization_id"], event.data["client_organization_id"]],
        "actor": event.actor,
    }
    _, deals, people = tx.batch((_LOCK_ORGANIZATIONS, values), (_SELECT_DEAL, values), (_SELECT_PEOPLE, values))
    return Deal(**deals[0]), [Person(**row) for row in people]


def _deal(event: Event) -> dict[str, Any]:
    return {
        "bid_id": event.object_id if event.name.startswith("bid.") else None,
        "contract_id": event.object_id if event.name.startswith("contract.") else event.data.get("contract_id"),
    }


def insert_notifications(tx: Tx, event_id: UUID, notices: list[Notice]) -> dict[UUID, Notice]:
    """The notifications that are new, by id."""
    by_id = {new_id(): notice for notice in notices}
    rows = [{"id": notification_id, **asdict(notice)} for notification_id, notice in by_id.items()]
    inserted = tx.all(_INSERT_NOTIFICATIONS, {"event_id": event_id, "notices": Jsonb(rows)})
    return {row["id"]: by_id[row["id"]] for row in inserted}


def claim_matches(tx: Tx, event: Event) -> list[Row]:
    """The saved searches that find the event's space and have not reported it. Others who notify their owners wait
    until this transaction ends."""
    found = tx.all(_CLAIM_MATCHES, {"space_id": event.object_id})
    if found:
        organizations = [row["organization_id"] for row in found]
        tx.run(_LOCK_ORGANIZATIONS, {"organization_ids": organizations, "bid_id": None, "contract_id": None})
    return found


def select_matches(tx: Tx, event: Event) -> list[Row]:
    """As claim_matches, of the searches that have reported it."""
    return tx.all(_SELECT_MATCHES, {"space_id": event.object_id})


def delete_matches(tx: Tx, event: Event) -> bool:
    """Whether the event's space is free; then it is news again to searches that have reported it."""
    values = {"space_id": event.object_id}
    return bool(tx.batch((_DELETE_MATCHES, values), (_SELECT_FREE, values))[1])


_SELECT_RECIPIENT = """
SELECT u.id, u.name, u.email, u.language, u.preferences, n.kinds, n.quiet_hours, n.digest, app.now() AS now
FROM users u
LEFT JOIN notification_choices n ON n.user_id = u.id
WHERE u.id = %(id)s AND u.deleted_at IS NULL
"""


def select_recipient(tx: Tx, user_id: UUID) -> Row | None:
    """The recipient of an e-mail, with their choices and the moment `now`; None if the person has left."""
    return tx.one(_SELECT_RECIPIENT, {"id": user_id})


_SELECT_INVITED = """
SELECT i.id, NULL AS name, i.email, i.role, u.name AS inviter, u.language,
       coalesce(o.legal_name, o.name) AS organization, i.inviting_organization_id IS NOT NULL AS is_tenant
FROM invitations i
JOIN users u ON u.id = i.invited_by
JOIN organizations o ON o.id = coalesce(i.inviting_organization_id, i.organization_id)
WHERE i.id = %(id)s AND i.accepted_at IS NULL AND i.revoked_at IS NULL
"""


# Whoever asked for an import hears how it ended.
_SELECT_IMPORTER = """
SELECT u.id, u.name, u.email, u.language, u.preferences, n.kinds, n.quiet_hours, n.digest, app.now() AS now, i.file_name
FROM imports i
JOIN users u ON u.id = i.user_id
LEFT JOIN notification_choices n ON n.user_id = u.id
WHERE i.id = %(id)s AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
"""


def select_importer(tx: Tx, import_id: UUID) -> Row | None:
    """Whoever asked for the import (`id`, `language` and choices), and the `file_name`; None if they are gone."""
    return tx.one(_SELECT_IMPORTER, {"id": import_id})


# Whoever asked for it, and whoever else of the organization may import.
_SELECT_HEARERS = """
SELECT u.id FROM users u
WHERE (u.id = %(user_id)s OR (u.organization_id = %(organization_id)s AND u.role = ANY(%(roles)s::text[])))
  AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
"""


def select_hearers(tx: Tx, organization_id: UUID, user_id: UUID, roles: Sequence[str]) -> list[UUID]:
    """Who hears how far an import is."""
    values = {"organization_id": organization_id, "user_id": user_id, "roles": list(roles)}
    return [row["id"] for row in tx.all(_SELECT_HEARERS, values)]


def select_invited(tx: Tx, invitation_id: UUID) -> Row | None:
    """The recipient and the content of an invitation's e-mail; None if the invitation is void."""
    return tx.one(_SELECT_INVITED, {"id": invitation_id})


# One side must not see the other's address book: names of people come from what the deal itself shows.
_SELECT_BID_MATTER = """
SELECT b.premises ->> 'name' AS space, b.premises #>> '{building,name}' AS building, b.currency,
       b.client_party ->> 'name' AS client_name, b.client_party ->> 'legal_name' AS client, b.decision_reason
FROM bids b
WHERE b.id = %(object_id)s
"""

_SELECT_CONTRACT_MATTER = f"""
SELECT c.premises #>> '{{space,name}}' AS space, c.premises #>> '{{building,name}}' AS building, c.currency,
       c.owner_party ->> 'legal_name' AS owner, c.client_party ->> 'legal_name' AS client, c.start_date, c.end_date,
       c.base_rent, c.signature_provider, c.termination_reason,
       {_DECLINED_BY} AS declined_by,
       ((c.declined ->> 'at')::timestamptz AT TIME ZONE (c.premises #>> '{{building,timezone}}'))::date AS declined_on,
       (c.hold_until AT TIME ZONE (c.premises #>> '{{building,timezone}}'))::date AS hold_until
FROM contracts c
WHERE c.id = %(contract_id)s
"""

_SELECT_PAYMENT_MATTER = """
SELECT c.premises #>> '{space,name}' AS space, c.premises #>> '{building,name}' AS building, p.currency,
       c.owner_party ->> 'legal_name' AS owner, c.client_party ->> 'legal_name' AS client,
       p.installment_number, p.total_installments
FROM payments p
JOIN contracts c ON c.id = p.contract_id
WHERE p.id = %(object_id)s
"""

_SELECT_READERS = f"""
SELECT u.id, u.role, u.name, u.email, u.language, u.preferences, n.kinds, n.quiet_hours, n.digest, app.now() AS now,
       CASE WHEN u.organization_id = %(owner_organization_id)s THEN 'OWNER' ELSE 'CLIENT' END AS side
FROM users u
LEFT JOIN notification_choices n ON n.user_id = u.id
WHERE (u.organization_id IN (%(owner_organization_id)s, %(client_organization_id)s) OR u.id = {_BROKER})
  AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
ORDER BY u.id
"""

_MATTERS = {"bid": _SELECT_BID_MATTER, "payment": _SELECT_PAYMENT_MATTER}
"""Of what is neither, the contract."""


def select_matter(tx: Tx, event: Event) -> tuple[Row, list[Row]]:
    """What an e-mail about the event refers to, and everybody of both sides with the client's broker."""
    values = {
        **_deal(event),
        "object_id": event.object_id,
        "owner_organization_id": event.data["owner_organization_id"],
        "client_organization_id": event.data["client_organization_id"],
    }
    [matter], people = tx.batch(
        (_MATTERS.get(event.name.partition(".")[0], _SELECT_CONTRACT_MATTER), values), (_SELECT_READERS, values)
    )
    return matter, people


def select_told(tx: Tx, event: Event) -> tuple[Deal, list[Row]]:
    """What the event's deal is about, and everybody of both sides with the client's broker, as select_matter has
    them."""
    values = {
        **_deal(event),
        "owner_organization_id": event.data["owner_organization_id"],
        "client_organization_id": event.data["client_organization_id"],
        "actor": event.actor,
    }
    deals, people = tx.batch((_SELECT_DEAL, values), (_SELECT_READERS, values))
    return Deal(**deals[0]), people
