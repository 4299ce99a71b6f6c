"""The SQL of what is asked and offered on tickets: invitations, quotes, the tenant's rating."""

from collections.abc import Sequence
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.files.attached import FILES
from shared.kit.db import Asked, Row, Tx
from shared.kit.request import Caller
from shared.maintenance.offered import NewQuote, NewRating
from shared.organizations.sides import offered, tending

_DELETE_INVITATIONS = """
DELETE FROM ticket_invitations n
WHERE n.ticket_id = %(ticket_id)s AND n.contractor_organization_id <> ALL (%(organization_ids)s::uuid[])
"""

_INSERT_INVITATION = """
INSERT INTO ticket_invitations (ticket_id, owner_organization_id, contractor_organization_id, contractor_id,
                                contractor_party)
VALUES (%(ticket_id)s, %(owner_organization_id)s, %(organization_id)s, %(id)s, %(party)s)
ON CONFLICT (ticket_id, contractor_organization_id) DO NOTHING
"""

SELECT_INVITED = f"""
SELECT n.contractor_organization_id AS organization_id, n.contractor_id, n.contractor_party AS contractor, n.created_at
FROM ticket_invitations n
WHERE n.ticket_id = %(ticket_id)s AND {offered("n")}
ORDER BY n.created_at, n.contractor_id
"""

_QUOTE = f"""
q.id, q.contractor_id, q.contractor_party AS contractor, q.amount, q.currency, q.notes,
{FILES.format(alias="q")} AS attachments, q.status, q.created_at, q.updated_at
"""

SELECT_QUOTES = f"""
SELECT {_QUOTE}
FROM ticket_quotes q
WHERE q.ticket_id = %(ticket_id)s AND {offered("q")}
ORDER BY q.created_at, q.id
"""

_SELECT_QUOTE = f"""
SELECT {_QUOTE}, q.contractor_organization_id AS organization_id
FROM ticket_quotes q
WHERE q.id = %(quote_id)s AND q.ticket_id = %(ticket_id)s AND {offered("q")}
"""

_INSERT_QUOTE = """
INSERT INTO ticket_quotes (id, ticket_id, owner_organization_id, contractor_organization_id, contractor_id,
                           contractor_party, amount, currency, notes, file_ids, created_by, updated_by)
SELECT %(id)s, %(ticket_id)s, %(owner_organization_id)s, o.id, u.id,
       jsonb_build_object('name', u.name, 'organization', coalesce(o.legal_name, o.name)),
       %(amount)s, %(currency)s, %(notes)s, %(file_ids)s::uuid[], u.id, u.id
FROM users u
JOIN organizations o ON o.id = u.organization_id
WHERE u.id = %(user_id)s
"""

_UPDATE_QUOTES = """
UPDATE ticket_quotes q
SET status = CASE WHEN q.id = %(quote_id)s THEN 'ACCEPTED' ELSE 'DECLINED' END, updated_at = clock_timestamp(),
    updated_by = %(by)s
WHERE q.ticket_id = %(ticket_id)s AND q.status = 'OPEN'
"""

_INSERT_RATING = """
INSERT INTO ticket_ratings (ticket_id, owner_organization_id, client_organization_id, contractor_organization_id,
                            user_id, stars, comment)
VALUES (%(ticket_id)s, %(owner_organization_id)s, %(client_organization_id)s, %(contractor_organization_id)s,
        %(user_id)s, %(stars)s, %(comment)s)
RETURNING stars, comment, created_at
"""


def ask_invited(tx: Tx, caller: Caller, ticket_id: UUID) -> Asked[list[Row]]:
    """Who was asked for a quote: `organization_id` and the fields of Invited."""
    return tx.later(SELECT_INVITED, {"ticket_id": ticket_id, **tending(caller)})


def replace_invitations(tx: Tx, caller: Caller, ticket: Row, contractors: Sequence[Row]) -> list[Row]:
    """From now on these contractors, as in contractors.queries, are asked, and no others; who is asked."""
    values = {"ticket_id": ticket["id"], "owner_organization_id": ticket["organization_id"], **tending(caller)}
    organization_ids = [one["organization_id"] for one in contractors]
    tx.run(_DELETE_INVITATIONS, values | {"organization_ids": organization_ids})
    for one in contractors:
        tx.run(_INSERT_INVITATION, values | one | {"party": Jsonb(one["party"])})
    return tx.all(SELECT_INVITED, values)


def insert_quote(tx: Tx, caller: Caller, ticket: Row, new: NewQuote, file_ids: Sequence[UUID], quote_id: UUID) -> Row:
    """The caller's quote."""
    values = {
        **new.model_dump(include={"amount", "currency", "notes"}),
        "id": quote_id,
        "quote_id": quote_id,
        "ticket_id": ticket["id"],
        "owner_organization_id": ticket["organization_id"],
        "user_id": caller.user_id,
        "file_ids": list(file_ids),
        **tending(caller),
    }
    tx.run(_INSERT_QUOTE, values)
    [row] = tx.all(_SELECT_QUOTE, values)
    return row


def ask_quote(tx: Tx, caller: Caller, ticket_id: UUID, quote_id: UUID) -> Asked[Row | None]:
    """A quote on the ticket, with the contractor's `organization_id`."""
    values = {"ticket_id": ticket_id, "quote_id": quote_id, **tending(caller)}
    return tx.later(_SELECT_QUOTE, values).then(lambda rows: rows[0] if rows else None)


def accept_quote(tx: Tx, caller: Caller, ticket_id: UUID, quote_id: UUID) -> None:
    """Queue that the quote is accepted, and that the others which are open are declined."""
    tx.run(_UPDATE_QUOTES, {"ticket_id": ticket_id, "quote_id": quote_id, "by": caller.user_id})


def insert_rating(tx: Tx, caller: Caller, ticket: Row, new: NewRating) -> Row:
    """The tenant's rating, of the contractor who is assigned. Violates `ticket_ratings_pkey` if there is one."""
    values = {
        **new.model_dump(),
        "ticket_id": ticket["id"],
        "owner_organization_id": ticket["organization_id"],
        "client_organization_id": ticket["client_organization_id"],
        "contractor_organization_id": ticket["contractor_organization_id"],
        "user_id": caller.user_id,
    }
    [row] = tx.all(_INSERT_RATING, values)
    return row
