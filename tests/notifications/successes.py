"""How the operations of notifications succeed: see tests/successes.py."""

from uuid import UUID

from tests.cast import Asked, Cast

BODIES = {
    "count_unread_notifications": None,
    "list_notifications": None,
    "mark_all_notifications_read": {},
    "mark_notification_read": {},
    "mark_notification_unread": {},
}


class Successes(Cast):
    def list_notifications(self) -> Asked:
        return {"as_": self.lease.client}

    def count_unread_notifications(self) -> Asked:
        return {"as_": self.lease.client}

    def mark_notification_read(self) -> Asked:
        self.tell(self.bid())
        return {"as_": self.owner, "path": {"notification_id": self._newest()}, "body": {}}

    def mark_notification_unread(self) -> Asked:
        self.tell(self.bid())
        sql = "UPDATE notifications SET is_read = true, read_at = now() WHERE id = %(id)s RETURNING id"
        [row] = self.world.sql(sql, id=self._newest())
        return {"as_": self.owner, "path": {"notification_id": row["id"]}, "body": {}}

    def _newest(self) -> UUID:
        sql = "SELECT id FROM notifications WHERE user_id = %(id)s AND read_at IS NULL ORDER BY id DESC LIMIT 1"
        [row] = self.world.sql(sql, id=self.owner.id)
        found: UUID = row["id"]
        return found

    def mark_all_notifications_read(self) -> Asked:
        self.tell(self.bid())
        return {"as_": self.owner, "body": {}}
