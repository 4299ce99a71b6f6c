"""Invites the tenants of imported leases, each to an organization that is nobody's yet."""

from uuid import UUID

from shared.imports.inventory import Writer
from shared.imports.models import TenantInvitation
from shared.organizations.rules import INVITATION_DAYS

# One that still works is not sent again.
_INSERT = """
INSERT INTO invitations AS i (id, organization_id, email, role, token_hash, invited_by, expires_at,
                              inviting_organization_id)
SELECT n.id, n.tenant_id, n.email, 'CLIENT', n.token_hash, inviter.id, now() + make_interval(days => %(days)s),
       %(organization_id)s::uuid
FROM unnest(%(ids)s::uuid[], %(tenant_ids)s::uuid[], %(emails)s::text[], %(hashes)s::text[])
    AS n (id, tenant_id, email, token_hash)
CROSS JOIN LATERAL (
    SELECT u.id FROM users u
    WHERE u.organization_id = %(organization_id)s::uuid AND u.role = 'OWNER' AND u.status = 'ACTIVE'
      AND u.deleted_at IS NULL
    ORDER BY u.id <> %(user_id)s::uuid, u.created_at, u.id LIMIT 1
) AS inviter
WHERE NOT EXISTS (
    SELECT FROM invitations earlier
    WHERE earlier.organization_id = n.tenant_id AND earlier.accepted_at IS NULL AND earlier.revoked_at IS NULL
      AND earlier.expires_at > now())
RETURNING i.id, i.email
"""


def invite(writer: Writer, emails: dict[UUID, str], ids: dict[UUID, UUID], hashes: dict[UUID, str]) -> None:
    """Invite whom the addresses belong to, each into the organization that it stands for, unless that was done; `ids`
    are those of the invitations, `hashes` those of their tokens."""
    if not emails:
        return
    values = writer.values(
        ids=list(ids.values()),
        tenant_ids=list(emails),
        emails=list(emails.values()),
        hashes=[hashes[one] for one in emails],
        days=INVITATION_DAYS,
    )
    for row in writer.tx.all(_INSERT, values):
        writer.tx.emit("invitation.created", TenantInvitation.of(row))
