"""Retrieve notification preferences.

Returns by which channels the caller hears of each kind of news, their quiet hours and whether their e-mails come in
one daily digest.
"""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller
from shared.users import choices
from shared.users.preferences import Preferences, shown


@endpoint("GET /users/me/notification-preferences", access=EVERY_ROLE)
def get_notification_preferences(caller: Caller) -> Preferences:
    with reading(caller) as tx:
        row = choices.select_choices(tx, caller)
    if row is None:
        # Deleted since the authorizer looked.
        raise SessionEnded()
    return shown(row)
