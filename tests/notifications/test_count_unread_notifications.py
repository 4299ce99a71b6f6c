from functions.notifications.count_unread_notifications import count_unread_notifications
from tests.notifications.test_list_notifications import note


def test_only_the_callers_unread_notifications_are_counted(world, call):
    user = world.client()
    note(world, world.colleague(user))
    assert call(count_unread_notifications, as_=user).json == {"unread": 0}

    note(world, user)
    note(world, user)
    note(world, user, is_read=True)

    assert call(count_unread_notifications, as_=user).json == {"unread": 2}


def test_counting_notifications_requires_a_token(call):
    assert call(count_unread_notifications).status == 401
