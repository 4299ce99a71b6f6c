"""The SQL of what saved searches have found and their owners were not mailed of."""

from uuid import NAMESPACE_OID, UUID, uuid5

from shared.kit.consumer import Event
from shared.kit.db import Row, Tx
from shared.kit.request import current
from shared.notifications.news.saved_searches import MATCHED

_LOCK_UNMAILED = """
SELECT s.id, s.name AS search, u.id AS user_id, u.name, u.email, u.language, u.preferences, n.kinds, n.quiet_hours,
       n.digest, app.now() AS now, news.since
FROM saved_searches s
CROSS JOIN LATERAL (SELECT min(m.created_at) AS since FROM saved_search_matches m
                    WHERE m.saved_search_id = s.id AND NOT m.is_mailed) AS news
JOIN users u ON u.id = s.user_id
LEFT JOIN notification_choices n ON n.user_id = u.id
WHERE s.id > %(after)s AND news.since IS NOT NULL
  AND (s.mailed_at IS NULL OR s.mailed_at <= app.now() - interval '1 day')
  AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
ORDER BY s.id
LIMIT %(limit)s
FOR UPDATE OF s SKIP LOCKED
"""

_SELECT_UNMAILED = """
SELECT sp.id, sp.name AS space, b.name AS building, sp.base_price_monthly AS rent, sp.currency
FROM saved_search_matches m
JOIN spaces sp ON sp.id = m.space_id
JOIN buildings b ON b.id = sp.building_id
WHERE m.saved_search_id = %(id)s AND NOT m.is_mailed AND sp.is_leasable AND sp.deleted_at IS NULL
ORDER BY m.created_at, sp.id
"""

_UPDATE_MATCHES = "UPDATE saved_search_matches SET is_mailed = true WHERE saved_search_id = %(id)s AND NOT is_mailed"

_UPDATE_SEARCH = "UPDATE saved_searches SET mailed_at = app.now() WHERE id = %(id)s"


def lock_unmailed(tx: Tx, after: UUID, limit: int) -> list[Row]:
    """The next searches by id with something to tell, and no mail within a day: their owners with their choices, the
    moment `now`, and `since` when something waits."""
    return tx.all(_LOCK_UNMAILED, {"after": after, "limit": limit})


def select_unmailed(tx: Tx, search_id: UUID) -> list[Row]:
    """The listed spaces that a search has found since its last mail."""
    return tx.all(_SELECT_UNMAILED, {"id": search_id})


def update_mailed(tx: Tx, search_id: UUID, *, is_mail: bool) -> None:
    """Queue that nothing waits; and that a mail was sent, if one was."""
    tx.run(_UPDATE_MATCHES, {"id": search_id})
    if is_mail:
        tx.run(_UPDATE_SEARCH, {"id": search_id})


def reason(search: Row) -> Event:
    """What the mail comes of: the same for each attempt at it."""
    return Event(
        id=uuid5(NAMESPACE_OID, f"{search['id']} {search['since']}"),
        name=MATCHED,
        object_id=search["id"],
        data={},
        correlation_id=current().correlation_id,
        actor=None,
        occurred_at=search["now"],
    )
