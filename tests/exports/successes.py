"""How the operations of exports succeed: see tests/successes.py."""

from functions.exports.create_export import create_export
from tests.call import call
from tests.cast import Asked, Cast
from tests.exports.exporting import Exporting

WANTED = {"kind": "PAYMENTS", "format": "CSV", "from": "2027-01-01", "to": "2027-12-31"}
SCHEDULE = {"enabled": True, "kind": "JOURNAL", "format": "CSV", "destination": {"type": "S3"}}
BODIES = {
    "create_export": WANTED,
    "list_exports": None,
    "get_export": None,
    "show_export_schedule": None,
    "change_export_schedule": SCHEDULE,
}


class Successes(Cast):
    def create_export(self) -> Asked:
        return {"as_": self.lease.owner, "body": WANTED}

    def list_exports(self) -> Asked:
        assert call(create_export, **self.create_export()).status == 202
        return {"as_": self.lease.owner}

    def get_export(self) -> Asked:
        export = Exporting(self.world).made(self.lease.owner, "PAYMENTS", "CSV")
        return {"as_": self.lease.owner, "path": {"export_id": export["id"]}}

    def show_export_schedule(self) -> Asked:
        return {"as_": self.owner}

    def change_export_schedule(self) -> Asked:
        return {"as_": self.owner, "body": SCHEDULE}
