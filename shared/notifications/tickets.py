"""Who is notified of what happens to maintenance tickets, and of what concerns contractors.

A ticket has three sides, which its row names; what is news to contractors may be for others than the one who is
assigned.
"""

from dataclasses import dataclass
from uuid import UUID

from shared.kit.consumer import Event
from shared.kit.db import Row, Tx
from shared.kit.fields import FrameData
from shared.notifications import table
from shared.notifications.models import Notice, NotificationActor, NotificationSubject, Side
from shared.notifications.news.maintenance import ALL, TicketUpdated
from shared.notifications.rules import Facts, facts_of, said
from shared.realtime.channels import Channel
from shared.users.models import Language
from shared.users.preferences import is_wanted

# Ids are made under the lock of everybody's organization, as in queries.select_concerned.
_LOCK_ORGANIZATIONS = """
SELECT pg_advisory_xact_lock(hashtextextended('notifications ' || organization.id, 0))
FROM (
    SELECT unnest(%(contractors)s::text[]) AS id
    UNION
    SELECT o.id::text
    FROM tickets t
    CROSS JOIN LATERAL unnest(ARRAY[t.owner_organization_id, t.client_organization_id, t.contractor_organization_id])
        AS o (id)
    WHERE t.id = %(ticket_id)s AND o.id IS NOT NULL
    ORDER BY id
) AS organization
"""

_SELECT_TICKET = """
SELECT t.title AS ticket, t.number, t.status, t.priority, t.contractor_id AS assigned_contractor_id,
       t.contractor_organization_id,
       coalesce((t.premises #>> '{space,name}') || ', ', '') || (t.premises #>> '{building,name}') AS place
FROM tickets t
WHERE t.id = %(ticket_id)s
"""

# The person who reported it stands for the tenant; all contractors of an organization act.
_SELECT_PEOPLE = """
SELECT u.id, u.organization_id, u.name, u.email, u.role, u.language, u.preferences, n.kinds, n.quiet_hours, n.digest,
       app.now() AS now,
       CASE WHEN u.organization_id = t.owner_organization_id THEN 'OWNER' WHEN u.id = t.client_id THEN 'CLIENT'
            ELSE 'CONTRACTOR' END AS side
FROM (SELECT %(ticket_id)s::uuid AS id) AS asked
LEFT JOIN tickets t ON t.id = asked.id
JOIN users u ON u.organization_id = t.owner_organization_id OR u.id = t.client_id
             OR u.organization_id = ANY (coalesce(%(contractors)s::uuid[], ARRAY[t.contractor_organization_id]))
LEFT JOIN notification_choices n ON n.user_id = u.id
WHERE u.status = 'ACTIVE' AND u.deleted_at IS NULL
ORDER BY u.id
"""

_SELECT_ACTOR = """
SELECT u.name, u.organization_id, coalesce(o.legal_name, o.name) AS organization
FROM users u
JOIN organizations o ON o.id = u.organization_id
WHERE u.id = %(actor)s
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What an event is about, everybody whom it may concern with their `side`, and who caused it."""

    about: Row
    people: list[Row]
    actor: Row | None


def select_told(tx: Tx, event: Event, *, lock: bool = True) -> Told | None:
    """Whom the event may concern; None if its ticket is gone. With `lock`, others who notify these people wait until
    this transaction ends."""
    is_ticket = event.name.startswith("maintenance.")
    values = {
        "ticket_id": event.object_id if is_ticket else None,
        "contractors": _contractors(event),
        "actor": event.actor,
    }
    statements = [(_SELECT_TICKET, values), (_SELECT_PEOPLE, values), (_SELECT_ACTOR, values)]
    *_, tickets, people, actors = tx.batch(*([(_LOCK_ORGANIZATIONS, values)] if lock else []), *statements)
    if is_ticket and not tickets:
        return None
    about = {"currency": event.data.get("currency"), **(tickets[0] if tickets else {})}
    return Told(about, concerned(event, people), actors[0] if actors else None)


def _contractors(event: Event) -> list[str] | None:
    """The organizations of the contractors whom the event concerns; None: the one who is assigned."""
    if event.name == "maintenance.invited":
        return [str(one) for one in event.data["invited_organization_ids"]]
    if event.name in ("maintenance.unassigned", "maintenance.declined"):
        return [str(event.data["previous_organization_id"])]
    if event.name == "contractor.insurance_ending":
        return [str(event.object_id)]
    return None


def concerned(event: Event, people: list[Row]) -> list[Row]:
    """Those of the people who may see what the event tells, whoever caused it among them."""
    _, entry = table.entry_of(event)
    roles = table.roles_of(event)
    # Whoever was assigned next hears of that, not of their predecessor's.
    assigned = event.data.get("contractor_organization_id")
    return [
        person
        for person in people
        if person["side"] in entry.seen_by
        and person["role"] in roles
        and (person["side"] != "CONTRACTOR" or assigned in (None, str(person["organization_id"])))
    ]


def notices(event: Event, told: Told) -> list[Notice]:
    """What the people are told; who caused it knows already."""
    key, entry = table.entry_of(event)
    facts = ticket_facts(event, told.about)
    return [
        Notice(
            user_id=person["id"],
            **said(key, entry, person["side"], person["language"], facts),
            metadata={"ticket_id": event.object_id} if event.name.startswith("maintenance.") else {},
            event=event.name,
            subject=NotificationSubject.of({"type": event.name.partition(".")[0], "id": event.object_id}),
            actor=_actor(event, told.actor, person),
        )
        for person in told.people
        if entry.sentence(person["side"]) is not None
        and person["id"] != event.actor
        and is_wanted(person, "maintenance", "in_app")
    ]


def ticket_facts(event: Event, about: Row) -> Facts:
    """What the event's entry states; the ticket as it is now."""
    _, entry = table.entry_of(event)
    return facts_of(entry, {**event.data, "number": about.get("number")}, about)


def sentence_of(event: Event, about: Row, side: Side, language: Language) -> tuple[str, str]:
    """The title and the sentence that the side reads."""
    key, entry = table.entry_of(event)
    written = said(key, entry, side, language, ticket_facts(event, about))
    return written["title"], written["message"]


def _actor(event: Event, actor: Row | None, reader: Row) -> NotificationActor | None:
    """A person's name is for their colleagues, an organization's for the others; contractors hear of no tenant."""
    if actor is None:
        return None
    if actor["organization_id"] == reader["organization_id"]:
        return NotificationActor.of({"type": "USER", "id": event.actor, "name": actor["name"]})
    if reader["side"] == "CONTRACTOR":
        return None
    named = {"type": "ORGANIZATION", "id": actor["organization_id"], "name": actor["organization"]}
    return NotificationActor.of(named)


def sees_change(person: Row, about: Row) -> bool:
    """Whether the ticket is still the person's: a contractor from whom it was taken does not hear whose it is now."""
    return person["side"] != "CONTRACTOR" or bool(person["organization_id"] == about["contractor_organization_id"])


def change(event: Event, about: Row) -> FrameData | None:
    """The frame that updates screens, with the ticket as it is now; None if it has not changed."""
    _, entry = table.entry_of(event)
    if not entry.changes:
        return None
    names = ("status", "priority", "assigned_contractor_id")
    return TicketUpdated.of({"ticket_id": event.object_id, **{name: about[name] for name in names}})


def channel_of(event: Event) -> Channel | None:
    """The ticket's channel, if what happened is for all who hear it."""
    _, entry = table.entry_of(event)
    is_for_all = entry.changes and entry.seen_by == ALL
    return Channel("ticket", UUID(str(event.object_id))) if is_for_all else None
