"""How the operations of admin succeed: see tests/successes.py."""

from functions.admin.suspend_user import suspend_user
from tests.call import call
from tests.cast import Asked, Cast

BODIES = {
    "list_users": None,
    "change_role": {"role": "SUPPORT"},
    "suspend_user": {},
    "restore_user": {},
    "remove_second_factor": {},
    "add_note": {"text": "Called about an invoice"},
    "list_notes": None,
    "list_audit_logs": None,
    "make_announcement": {
        "title": "Maintenance on Sunday",
        "body": "The platform is read-only from 02:00 to 03:00 UTC.",
    },
}


class Successes(Cast):
    def list_users(self) -> Asked:
        return {"as_": self.admin}

    def make_announcement(self) -> Asked:
        return {"as_": self.admin, "body": BODIES["make_announcement"]}

    def list_audit_logs(self) -> Asked:
        return {"as_": self.lease.owner}

    def change_role(self) -> Asked:
        return {"as_": self.admin, "path": {"user_id": self.world.client().id}, "body": {"role": "SUPPORT"}}

    def suspend_user(self) -> Asked:
        return {"as_": self.admin, "path": {"user_id": self.world.client().id}, "body": {"reason": "Forged documents"}}

    def restore_user(self) -> Asked:
        asked = self.suspend_user()
        call(suspend_user, **asked)
        return asked | {"body": {}}

    def remove_second_factor(self) -> Asked:
        user = self.world.client()
        self.world.sql("UPDATE users SET two_factor_enabled = true WHERE id = %(id)s", id=user.id)
        return {"as_": self.admin, "path": {"user_id": user.id}, "body": {}}

    def add_note(self) -> Asked:
        return {"as_": self.admin, "path": {"user_id": self.client.id}, "body": {"text": "Called about an invoice"}}

    def list_notes(self) -> Asked:
        return {"as_": self.admin, "path": {"user_id": self.client.id}}
