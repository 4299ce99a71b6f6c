"""Retrieve the caller's profile.

Returns what the platform knows about the caller.
"""

from shared.kit.catalog import EVERY_ROLE, Cached
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller
from shared.users import queries
from shared.users.models import Profile


@endpoint(
    "GET /users/me",
    access=EVERY_ROLE,
    cached=Cached("profile", 900, ended_by=("user:{user_id}", "session:{user_id}")),
)
def get_profile(caller: Caller) -> Profile:
    with reading(caller) as tx:
        row = queries.select_profile(tx, caller)
    if row is None:
        # Deleted since the authorizer looked.
        raise SessionEnded()
    return Profile.of(row)
