"""A report of a building that is not the caller's: not found, and not an empty report."""

import pytest

from functions.reports.show_aging import show_aging
from functions.reports.show_expirations import show_expirations
from functions.reports.show_maintenance import show_maintenance
from functions.reports.show_occupancy import show_occupancy
from functions.reports.show_rent_roll import show_rent_roll
from functions.reports.show_stacking_plan import show_stacking_plan
from shared.kit.catalog import Role
from tests.call import call, other_id

REPORTS = (show_aging, show_expirations, show_maintenance, show_occupancy, show_rent_roll, show_stacking_plan)


def status_of(report, user, building_id):
    where = "path" if report is show_stacking_plan else "query"
    return call(report, as_=user, **{where: {"building_id": building_id}}).status


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.operation.name)
def test_a_report_of_a_foreign_or_unknown_building_is_not_found(report, portfolio, portfolios, world):
    other = portfolios().building

    assert status_of(report, portfolio.owner, portfolio.building) == 200
    assert status_of(report, portfolio.owner, other) == 404
    assert status_of(report, portfolio.owner, other_id()) == 404
    assert status_of(report, world.user(Role.SUPER_ADMIN), other) == 200
