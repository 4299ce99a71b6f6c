"""Quality 82: what ALL exports, imported into an empty organization, has the same rent roll and the same balances."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from functions.imports.import_buildings import import_buildings
from functions.imports.import_leases import import_leases
from functions.reports.show_aging import show_aging
from functions.reports.show_rent_roll import show_rent_roll
from tests.exports.exporting import Exporting
from tests.imports.files import imported
from tests.payments.lease import Calendar


@pytest.fixture
def portfolio(calendar: Calendar):
    """Leases that are paid up, owed in part, in credit, increasing, and not begun yet; and a vacancy."""
    calendar.set("2027-01-05T08:00:00Z")
    owner = calendar.world.owner()
    terms = {"owner": owner, "start": date(2027, 2, 1), "months": 24}
    leases = {
        "paid": calendar.lease(**terms, deposit_months=2),
        "owed": calendar.lease(**terms),
        "credit": calendar.lease(**terms),
        "increasing": calendar.lease(**terms, escalation={"kind": "COMPOUND", "percent": 3, "every_months": 12}),
        "later": calendar.lease(owner=owner, start=date(2027, 6, 1), months=12),
    }
    calendar.world.space(owner, name="Vacant")
    calendar.set("2027-04-05T08:00:00Z")
    calendar.run()
    paid = {"paid_date": "2027-04-01"}
    for payment in leases["paid"].payments()[:4]:
        assert leases["paid"].pay(payment, **paid).status == 200
    assert leases["owed"].pay(leases["owed"].payments()[0], **paid, amount=Decimal("1234.56")).status == 200
    for payment, amount in zip(leases["credit"].payments(), (5000, 5000, 5700), strict=False):
        assert leases["credit"].pay(payment, **paid, amount=amount).status == 200
    return calendar, owner


def roll(calendar, owner):
    """The rent roll without our ids, which go along as the importing owner's, and its totals."""
    found = calendar.call(show_rent_roll, as_=owner).json
    own = ("building_id", "space_id", "contract_id")
    rows = [
        {name: value for name, value in row.items() if name not in own}
        | {f"{of}_external_id": row[f"{of}_external_id"] or row[f"{of}_id"] for of in ("space", "contract")}
        for row in found["data"]
    ]
    return sorted(rows, key=lambda row: (row["building_name"], row["space_name"])), found["totals"]


def balances(calendar, owner):
    found = calendar.call(show_aging, as_=owner).json
    return found["totals"]


def test_an_export_imported_into_an_empty_organization_has_the_same_rent_roll_and_balances(portfolio):
    calendar, owner = portfolio
    content = Exporting(calendar.world).file(owner, "ALL")
    archive = zipfile.ZipFile(io.BytesIO(content))
    newcomer = calendar.world.owner()

    for operation, name in ((import_buildings, "buildings.csv"), (import_leases, "leases.csv")):
        done = imported(calendar.world, operation, newcomer, archive.read(name))
        assert (done["status"], done["failed"]) == ("COMPLETED", 0), done

    (before, totals), (after, totals_after) = roll(calendar, owner), roll(calendar, newcomer)
    for was, now in zip(before, after, strict=True):
        assert {name: now[name] for name in was if now[name] != was[name]} == {}, was
    assert totals_after == totals
    assert balances(calendar, newcomer) == balances(calendar, owner)
