"""How the operations of users succeed: see tests/successes.py."""

from tests.cast import Asked, Cast

NIGHT = {"from": "22:00", "to": "07:00", "timezone": "America/New_York"}
BODIES = {
    "get_profile": None,
    "update_profile": {"title": "Director"},
    "delete_account": None,
    "get_notification_preferences": None,
    "update_notification_preferences": {"quiet_hours": NIGHT},
}


class Successes(Cast):
    def get_profile(self) -> Asked:
        return {"as_": self.client}

    def update_profile(self) -> Asked:
        return {"as_": self.client, "body": {"title": "Director"}}

    def get_notification_preferences(self) -> Asked:
        return {"as_": self.client}

    def update_notification_preferences(self) -> Asked:
        body = {"kinds": {"payment_event": {"whatsapp": True}}, "quiet_hours": NIGHT, "digest": "DAILY"}
        return {"as_": self.client, "body": body}

    def delete_account(self) -> Asked:
        return {"as_": self.world.client()}
