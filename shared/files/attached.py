"""Which private files somebody may open because of what they are attached to.

Row-level security says the same (the policy `attached` of files).
"""

from shared.organizations.sides import HEARD, offered, spent, tended

ATTACHED = f"""
NOT %(sees_all)s AND (
    EXISTS (SELECT FROM tickets t WHERE t.file_ids @> ARRAY[f.id] AND {tended("t")})
    OR EXISTS (SELECT FROM ticket_threads h JOIN tickets t ON t.id = h.ticket_id
               WHERE h.file_ids @> ARRAY[f.id] AND {tended("t")} AND {HEARD})
    OR EXISTS (SELECT FROM ticket_quotes q WHERE q.file_ids @> ARRAY[f.id] AND {offered("q")})
    OR EXISTS (SELECT FROM expenses x WHERE x.receipt_id = f.id AND {spent("x")})
)
"""
"""Whether the file `f` is attached to a ticket, to what was written on one, to a quote or to an expense that the caller
may see; the platform's own staff opens none. Takes the values of `tending` and the `organization_id`."""
