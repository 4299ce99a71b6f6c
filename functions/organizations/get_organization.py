"""Retrieve the caller's organization.

Any member can read the organization's details as they appear on its documents.
"""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.organizations import queries
from shared.organizations.models import Organization


@endpoint("GET /organizations/me", access=EVERY_ROLE)
def get_organization(caller: Caller) -> Reply[Organization]:
    with reading(caller) as tx:
        row = queries.select_organization(tx, caller)
    if row is None:
        # Deleted since the authorizer looked.
        raise SessionEnded()
    return Reply(Organization.of(row), version=row["updated_at"])
