"""How the operations of imports succeed: see tests/successes.py."""

from functions.imports.import_buildings import import_buildings
from shared.imports.columns import Kind
from tests.cast import Asked, Cast
from tests.files.pictures import upload
from tests.imports.files import csv_of, imported, row

BODIES = {
    "import_buildings": {"upload_id": "0195f3a8-7b1e-7c9a-8f00-5d1d4c3b2a19"},
    "import_leases": {"upload_id": "0195f3a8-7b1e-7c9a-8f00-5d1d4c3b2a19"},
    "list_imports": None,
    "get_import": None,
    "show_import_report": None,
    "download_import_template": None,
}


class Successes(Cast):
    def _uploaded(self, kind: Kind) -> Asked:
        content = csv_of([row(kind)])
        file = upload(self.owner, content, purpose="IMPORT", content_type="text/csv", file_name="portfolio.csv")
        return {"as_": self.owner, "body": {"upload_id": file.json["id"]}}

    def import_buildings(self) -> Asked:
        return self._uploaded(Kind.BUILDINGS)

    def import_leases(self) -> Asked:
        return self._uploaded(Kind.LEASES)

    def _ended(self) -> str:
        """The id of an import with a row that failed."""
        rows = [row(), row(space_external_id="B-001-0302", usage_type="OFICE")]
        return str(imported(self.world, import_buildings, self.owner, csv_of(rows))["id"])

    def list_imports(self) -> Asked:
        self._ended()
        return {"as_": self.owner}

    def get_import(self) -> Asked:
        return {"as_": self.owner, "path": {"import_id": self._ended()}}

    show_import_report = get_import

    def download_import_template(self) -> Asked:
        return {"as_": self.owner, "query": {"kind": "BUILDINGS"}}
