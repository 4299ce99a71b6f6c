"""Retrieve the contractor's profile.

What the caller's organization says of itself to owners who look for contractors; nothing until its first change.
"""

from shared.contractors import queries, rules
from shared.contractors.models import ContractorProfile
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /organizations/me/contractor-profile", access=may(Right.DO_MAINTENANCE))
def get_contractor_profile(caller: Caller) -> Reply[ContractorProfile]:
    with reading(caller) as tx:
        row = queries.select_profile(tx, caller)
    if row is None:
        return Reply(ContractorProfile.of({**rules.UNSET, "id": caller.organization_id, "updated_at": None}))
    return Reply(ContractorProfile.of(row), version=row["updated_at"])
