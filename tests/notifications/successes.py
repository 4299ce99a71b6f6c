"""How the operations of notifications succeed: see tests/successes.py."""

from tests.cast import Asked, Cast

BODIES = {
    "list_notifications": None,
    "mark_all_notifications_read": {},
    "mark_notification_read": {},
}


class Successes(Cast):
    def list_notifications(self) -> Asked:
        return {"as_": self.lease.client}

    def mark_notification_read(self) -> Asked:
        bid = self.bid()
        self.tell(bid)
        sql = "SELECT id FROM notifications WHERE user_id = %(id)s AND read_at IS NULL ORDER BY id DESC LIMIT 1"
        [row] = self.world.sql(sql, id=self.owner.id)
        return {"as_": self.owner, "path": {"notification_id": row["id"]}, "body": {}}

    def mark_all_notifications_read(self) -> Asked:
        self.tell(self.bid())
        return {"as_": self.owner, "body": {}}
