"""Which private files somebody may open because of what they are attached to.

Row-level security says the same (the policy `attached` of files).
"""

from shared.organizations.sides import HEARD, offered, spent, tended

FILES = """coalesce((
    SELECT jsonb_agg(jsonb_build_object('id', f.id, 'file_name', f.file_name, 'content_type', f.content_type,
                                        'size_bytes', f.size_bytes)
                     ORDER BY array_position({alias}.file_ids, f.id))
    FROM files f
    WHERE f.id = ANY ({alias}.file_ids)
), '[]')"""
"""The attachments of the row `alias`, which has `file_ids`."""

ATTACHED = f"""
NOT %(sees_all)s AND (
    EXISTS (SELECT FROM tickets t WHERE t.file_ids @> ARRAY[f.id] AND {tended("t")})
    OR EXISTS (SELECT FROM ticket_threads h JOIN tickets t ON t.id = h.ticket_id
               WHERE h.file_ids @> ARRAY[f.id] AND {tended("t")} AND {HEARD})
    OR EXISTS (SELECT FROM ticket_quotes q WHERE q.file_ids @> ARRAY[f.id] AND {offered("q")})
    OR EXISTS (SELECT FROM expenses x WHERE x.receipt_id = f.id AND {spent("x")})
    OR EXISTS (SELECT FROM messages m
               JOIN conversation_participants p ON p.conversation_id = m.conversation_id AND p.user_id = %(user_id)s
               WHERE m.file_ids <> '{{}}' AND m.file_ids @> ARRAY[f.id])
)
"""
"""Whether the file `f` is attached to a ticket, to what was written on one, to a quote or to an expense that the caller
may see, or to a message of a conversation that they are in; the platform's own staff opens none. Takes the values of
`tending`, the `user_id` and the `organization_id`."""
