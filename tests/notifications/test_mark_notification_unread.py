from functions.notifications.mark_notification_read import mark_notification_read
from functions.notifications.mark_notification_unread import mark_notification_unread
from shared.kit.catalog import Role
from tests.call import other_id
from tests.notifications.test_list_notifications import note


def test_a_read_notification_is_marked_as_unread_once(world, call):
    user = world.client()
    path = {"notification_id": note(world, user)}
    call(mark_notification_read, as_=user, path=path)

    first = call(mark_notification_unread, as_=user, path=path)
    again = call(mark_notification_unread, as_=user, path=path)

    assert (first.status, first.json["is_read"], first.json["read_at"]) == (200, False, None)
    assert again.json == first.json
    assert world.events(path["notification_id"]) == ["notification.read", "notification.unread"]


def test_marking_another_users_notification_as_unread_is_not_found(world, call):
    user = world.client()
    theirs = note(world, user, is_read=True)
    missing = call(mark_notification_unread, as_=user, path={"notification_id": other_id()})

    for other in (world.colleague(user), world.user(Role.SUPER_ADMIN)):
        reply = call(mark_notification_unread, as_=other, path={"notification_id": theirs})
        assert (reply.status, reply.json["error"]) == (404, missing.json["error"])
    assert world.sql("SELECT is_read FROM notifications WHERE id = %(id)s", id=theirs)[0]["is_read"] is True
