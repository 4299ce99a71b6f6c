"""Update the caller's profile.

Changes the caller's personal details, their picture, their skills and their notification preferences, whose channels
are set for all kinds of news at once. Users cannot change their own e-mail address, role or organization.
"""

from shared.files.access import ask_one, show
from shared.files.purposes import Purpose
from shared.files.rules import FileGone, FileNotReady
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller
from shared.users import choices, queries, rules
from shared.users.models import Profile, ProfileChanges


@endpoint("PUT /users/me", access=EVERY_ROLE, writes=True, raises=(FileNotReady, FileGone))
def update_profile(caller: Caller, changes: ProfileChanges) -> Profile:
    rules.check_certificates(changes.certifications or [])
    with transaction(caller) as tx:
        asked = ask_one(tx, caller, Purpose.AVATAR, changes, "avatar")
        # The profile's channels mean all kinds of news, whatever was chosen for single ones before.
        cleared = choices.ask_cleared(tx, caller, rules.chosen(changes))
        before = queries.lock_profile(tx, caller)
        if before is None:
            # Deleted since the authorizer looked.
            raise SessionEnded()
        after = rules.changed(before, changes)
        if avatar := asked.answer():
            after["avatar_url"] = avatar.url
            show(tx, caller.organization_id, "user", caller.user_id, avatar)
        if after == before and not cleared.answer():
            return Profile.of(before)
        profile = Profile.of(queries.update_profile(tx, caller, after))
        tx.emit("user.updated", profile, before=Profile.of(before))
    return profile
