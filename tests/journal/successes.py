"""How the operations of the journal succeed: see tests/successes.py."""

from tests.cast import Asked, Cast

NAMED = {"accounts": [{"role": "RECEIVABLE", "code": "1200", "name": "Trade receivables"}]}
BODIES = {
    "change_period": {"status": "CLOSED"},
    "list_periods": None,
    "change_accounts": NAMED,
    "list_accounts": None,
    "show_journal": None,
}


class Successes(Cast):
    def change_period(self) -> Asked:
        return {"as_": self.owner, "path": {"period": "2025-12"}, "body": {"status": "CLOSED"}}

    def list_periods(self) -> Asked:
        return {"as_": self.paid()[0].owner}

    def change_accounts(self) -> Asked:
        return {"as_": self.owner, "body": NAMED}

    def list_accounts(self) -> Asked:
        return {"as_": self.owner}

    def show_journal(self) -> Asked:
        return {"as_": self.paid()[0].owner}
