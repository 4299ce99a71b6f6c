"""How the operations of taxes succeed: see tests/successes.py."""

from functions.taxes.change_tax_code import change_tax_code
from tests.call import call
from tests.cast import Asked, Cast

VAT = {
    "category": "STANDARD",
    "rates": [{"from": "2020-01-01", "percent": 19}, {"from": "2027-01-01", "percent": 20}],
}
BODIES = {"change_tax_code": VAT, "list_tax_codes": None, "show_tax": None}


class Successes(Cast):
    def change_tax_code(self) -> Asked:
        return {"as_": self.owner, "path": {"code": "VAT"}, "body": VAT}

    def list_tax_codes(self) -> Asked:
        assert call(change_tax_code, **self.change_tax_code()).status < 300
        return {"as_": self.owner}

    def show_tax(self) -> Asked:
        return {"as_": self.paid()[0].owner}
