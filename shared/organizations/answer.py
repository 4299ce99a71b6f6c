"""A member as GET /organizations/me/members shows them."""

from uuid import UUID

from shared.kit.db import Reading
from shared.kit.errors import NotFound
from shared.organizations import queries
from shared.organizations.models import Member


def member_of(tx: Reading, organization_id: UUID, user_id: UUID) -> Member:
    """The member of the organization. Raises NotFound."""
    row = queries.select_member(tx, organization_id, user_id)
    if row is None:
        raise NotFound()
    return Member.of(row)
