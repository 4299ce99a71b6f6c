from functions.notifications.mark_all_notifications_read import mark_all_notifications_read
from shared.kit.ids import new_id


def test_only_the_callers_notifications_are_all_marked_as_read(world, call):
    user = world.client()
    colleague = world.colleague(user)
    for person in (user, user, colleague):
        world.sql(
            """INSERT INTO notifications (id, user_id, type, title, message)
               VALUES (%(id)s, %(user)s, 'bid_update', 'New Bid', '…')""",
            id=new_id(),
            user=person.id,
        )

    first = call(mark_all_notifications_read, as_=user)
    again = call(mark_all_notifications_read, as_=user)

    assert (first.status, first.json) == (200, {"id": str(user.id), "marked": 2})
    assert again.json["marked"] == 0
    unread = world.sql(
        "SELECT user_id FROM notifications WHERE NOT is_read AND user_id = ANY(%(ids)s)", ids=[user.id, colleague.id]
    )
    assert [row["user_id"] for row in unread] == [colleague.id]
    assert world.events(user.id) == ["notifications.read"]


def test_marking_all_notifications_as_read_needs_no_body(world, call):
    assert call(mark_all_notifications_read, as_=world.client(), body={"user_id": "x"}).fields == ["user_id"]
