"""Update notification preferences.

Changes by which channels the caller hears of each kind of news, their quiet hours, and whether their e-mails come in
one daily digest. During quiet hours everything but the list of notifications waits, and is sent at their end; e-mails
about the security of the account neither wait nor can be switched off. `notification_preferences` of the profile sets
a channel for all kinds at once.
"""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller
from shared.users import choices
from shared.users.preferences import Preferences, PreferencesChange, changed, shown


@endpoint("PUT /users/me/notification-preferences", access=EVERY_ROLE, writes=True)
def update_notification_preferences(caller: Caller, change: PreferencesChange) -> Preferences:
    with transaction(caller) as tx:
        row = choices.lock_choices(tx, caller)
        if row is None:
            # Deleted since the authorizer looked.
            raise SessionEnded()
        before, after = shown(row), changed(row, change)
        preferences = shown(after)
        if after != row:
            choices.upsert_choices(tx, after)
            tx.emit("notification_preferences.updated", preferences, before=before)
    return preferences
