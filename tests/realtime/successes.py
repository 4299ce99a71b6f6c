"""How the operations of realtime succeed: see tests/successes.py."""

from tests.cast import Asked, Cast

BODIES = {
    "issue_ticket": {},
}


class Successes(Cast):
    def issue_ticket(self) -> Asked:
        return {"as_": self.client, "body": {}}
